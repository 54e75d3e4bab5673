import { byteSize, grouped, score, span } from '../../reports/format/numbers.js';
import { safe } from '../terminal.js';

/** Text of the case as a cell: one line, nothing that a terminal obeys; empty for NULL. */
export const cell = (value: unknown): string => (value === null || value === undefined ? '' : safe(value));

export const num = (value: unknown): string => (value === null || value === undefined ? '' : grouped(Number(value)));
export const bytes = (value: unknown): string => (value === null || value === undefined ? '' : byteSize(Number(value)));
export const scored = (value: unknown): string => (value === null || value === undefined ? '' : score(Number(value)));
export const time = (value: unknown): string => (value === null || value === undefined ? '' : span(Number(value)));

/** An address with its port; IPv6 in brackets. */
export const endpoint = (address: unknown, port: unknown): string => {
  const host = cell(address);
  if (port === null || port === undefined) return host;
  return host.includes(':') ? `[${host}]:${cell(port)}` : `${host}:${cell(port)}`;
};

/** A bar of at most `most` characters for a value among others, by its logarithm. */
export function gauge(value: number, highest: number, most = 12): string {
  if (value <= 0 || highest <= 0) return '';
  return '█'.repeat(Math.max(1, Math.round((Math.log1p(value) / Math.log1p(highest)) * most)));
}
