import {
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A value as JSON: times in ISO 8601 with microseconds, integers beyond 2^53-1 as strings, JSON text stays text. */
export function jsonValue(value: DuckDBValue): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') {
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(value)
      : String(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof DuckDBTimestampValue) return isoTime(value.micros);
  if (value instanceof DuckDBListValue) return value.items.map((v) => jsonValue(v));
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([k, v]) => [k, jsonValue(v)]));
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value: v }) => [jsonValue(key), jsonValue(v)]);
  }
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  return String(value);
}

/** Microseconds since the epoch as `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
export function isoTime(micros: bigint): string {
  const ms = micros >= 0n ? micros / 1000n : (micros - 999n) / 1000n;
  const rest = micros - ms * 1000n;
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime())) return String(micros);
  return `${date.toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

export const jsonRow = (names: readonly string[], row: readonly DuckDBValue[]): Record<string, Json> =>
  Object.fromEntries(names.map((n, i) => [n, jsonValue(row[i]!)]));

/** One CSV line. Text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csvLine(values: readonly (DuckDBValue | string)[]): string {
  const cells = values.map((v) => {
    const json = jsonValue(v);
    if (json === null) return '';
    const text = typeof json === 'object' ? JSON.stringify(json) : String(json);
    const isText = typeof json === 'string' && !/^-?\d+(\.\d+)?$/.test(text);
    const guarded = isText && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  });
  return `${cells.join(',')}\n`;
}
