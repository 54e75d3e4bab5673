import { brokenJsonObject } from '../scan/json-line.js';
import type { EveColumn } from './columns.js';

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?$/;
const LIMITS = { BIGINT: 2n ** 63n, INTEGER: 2n ** 31n };

/**
 * A test for one EVE line: undefined when DuckDB will read it with these columns, else the reason why not.
 * Used only for files in which something is wrong.
 */
export function eveLineCheck(columns: readonly EveColumn[]): (line: string) => string | undefined {
  return (line) => {
    const parsed = brokenJsonObject(line);
    return typeof parsed === 'string' ? parsed : misfit(parsed, columns, '');
  };
}

function misfit(object: Record<string, unknown>, columns: readonly EveColumn[], prefix: string): string | undefined {
  for (const { name, type } of columns) {
    const value = object[name];
    if (value === undefined || value === null) continue;
    const shown = `${prefix}${name}`;
    if (typeof type !== 'string') {
      if (typeof value !== 'object' || Array.isArray(value)) return `${shown} is not an object`;
      const inner = misfit(value as Record<string, unknown>, type, `${shown}.`);
      if (inner) return inner;
    } else if ((type === 'BIGINT' || type === 'INTEGER') && !isWhole(value, type))
      return `${shown} is not a whole number in range`;
    else if (type === 'TIMESTAMPTZ' && !isTime(value)) return `${shown} is not a time`;
  }
  return undefined;
}

function isWhole(value: unknown, type: 'BIGINT' | 'INTEGER'): boolean {
  if (typeof value === 'string' ? !/^-?\d{1,19}$/.test(value) : !Number.isInteger(value)) return false;
  const n = BigInt(value as string | number);
  return n < LIMITS[type] && n >= -LIMITS[type];
}

function isTime(value: unknown): boolean {
  const m = typeof value === 'string' ? TIME.exec(value) : null;
  if (!m) return false;
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return (
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  );
}
