import { printable } from '../ingest/capture/printable.js';

/** Text from a capture, safe to print: no control, escape or bidirectional characters. */
export const safe = (value: unknown): string => printable(String(value ?? '')).replaceAll('\t', ' ');

/** Rows as an aligned table; numbers to the right. */
export function table(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((r) => r.map((v) => (v === null || v === undefined ? 'NULL' : safe(text(v)))));
  const widths = columns.map((c, i) => Math.min(60, Math.max(c.length, ...cells.map((r) => r[i]!.length))));
  const right = columns.map((_, i) => rows.length > 0 && rows.every((r) => r[i] === null || isNumeric(r[i])));
  const line = (values: readonly string[]): string =>
    values
      .map((v, i) => {
        const cut = v.length > widths[i]! ? `${v.slice(0, widths[i]! - 1)}…` : v;
        return right[i] ? cut.padStart(widths[i]!) : cut.padEnd(widths[i]!);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map((c) => safe(c))), widths.map((w) => '─'.repeat(w)).join('  '), ...cells.map(line)].join(
    '\n',
  );
}

const isNumeric = (v: unknown): boolean =>
  typeof v === 'number' || (typeof v === 'string' && /^-?\d+(\.\d+)?$/.test(v));

const text = (v: unknown): string => (typeof v === 'object' ? JSON.stringify(v) : String(v));

/** `1234567` as `1,234,567`. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** A number with its noun. */
export const plural = (n: number, noun: string, many = `${noun}s`): string => `${count(n)} ${n === 1 ? noun : many}`;
