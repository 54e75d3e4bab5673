import { brokenJsonObject } from '../scan/json-line.js';

/**
 * A test for one line of a JSON log: undefined when DuckDB will read it with the given types, else the reason
 * why it is no record. Slow and exact: used only for files in which something is wrong.
 */
export function jsonLineCheck(
  columns: readonly { readonly name: string; readonly type: string }[],
): (line: string) => string | undefined {
  return (line) => {
    // Zeek's logs are flat: what an unknown field holds is kept as it is.
    const object = brokenJsonObject(line, 1);
    if (typeof object === 'string') return object;
    for (const { name, type } of columns) {
      const v = object[name];
      if (v === undefined || v === null) continue;
      if (!fits(v, type)) return `bad value in ${name}`;
    }
    return undefined;
  };
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  INTEGER: [-2147483648, 2147483647],
  BIGINT: [-9223372036854775000, 9223372036854775000],
};

function fits(value: unknown, type: string): boolean {
  if (type === 'JSON') return true;
  if (type.endsWith('[]')) {
    return Array.isArray(value) && value.every((v) => v === null || fits(v, type.slice(0, -2)));
  }
  switch (type) {
    case 'VARCHAR':
      return true;
    case 'DOUBLE':
      return Number.isFinite(asNumber(value));
    case 'BOOLEAN':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'INTEGER':
    case 'BIGINT': {
      const n = asNumber(value);
      const [low, high] = RANGES[type]!;
      return Number.isInteger(n) && n >= low && n <= high;
    }
    default:
      return true;
  }
}

const asNumber = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
