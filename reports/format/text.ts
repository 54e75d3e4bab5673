import { printable } from '../../ingest/capture/printable.js';

const PLAIN = /^[\x20-\x7e]*$/;

/** Text of a capture as it may be shown: hidden characters (controls, bidirectional overrides) written out. */
export const shown = (text: string): string => (PLAIN.test(text) ? text : printable(text));

/** At most `limit` characters, with an ellipsis where text was cut. */
export function clipped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const chars = [...text];
  return chars.length <= limit ? text : `${chars.slice(0, limit).join('')}…`;
}

/** Every string inside a value made showable; keys are our own. */
export function showable(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map(showable);
  if (value !== null && typeof value === 'object') {
    const out: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) out[key] = showable(inner);
    return out;
  }
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

/** Text for SVG and attributes: showable and escaped. */
export const markup = (text: string): string => shown(text).replace(/[&<>"']/g, (c) => ESCAPES[c]!);
