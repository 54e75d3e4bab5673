import type { DissectRow } from '../../../ingest/pcap/dissect/dissector.js';

/** Result of comparing two sets of records. */
export interface Comparison {
  readonly expected: number;
  readonly equal: number;
  readonly differences: string[];
}

/** A value as Zeek writes it. */
export function zeekText(value: DissectRow[string], field: string): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (Array.isArray(value)) {
    if (value.length === 0) return '(empty)';
    return value.map((v) => (field === 'TTLs' ? Number(v).toFixed(6) : String(v).replaceAll(',', '\\x2c'))).join(',');
  }
  if (field === 'rtt' || field === 'duration') return Number(value).toFixed(6);
  return value === '' ? '(empty)' : String(value);
}

/** Pairs every expected row with the most alike unused actual row of the same key and counts equal ones. */
export function compare(
  expected: Record<string, string>[],
  actual: DissectRow[],
  key: readonly string[],
  main: readonly string[],
  label: string,
  equal: (field: string, want: string, got: string) => boolean = sameText,
): Comparison {
  const left = actual.map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k === 'ttls' ? 'TTLs' : k, v])),
  );
  const differences: string[] = [];
  let same = 0;
  for (const want of expected) {
    const keys = key.filter((k) => want[k] !== undefined);
    const fields = main.filter((f) => want[f] !== undefined);
    let best = -1;
    let bestWrong: string[] | undefined;
    left.forEach((row, i) => {
      if (keys.some((k) => zeekText(row[k], k) !== want[k])) return;
      const wrong = fields.filter((f) => !equal(f, want[f]!, zeekText(row[f], f)));
      if (bestWrong === undefined || wrong.length < bestWrong.length) {
        best = i;
        bestWrong = wrong;
      }
    });
    if (bestWrong === undefined) {
      differences.push(
        `${label}: missing ${keys.map((k) => want[k]).join(' ')} ${fields
          .slice(0, 6)
          .map((f) => want[f])
          .join(' | ')}`,
      );
      continue;
    }
    const got = left.splice(best, 1)[0]!;
    if (bestWrong.length === 0) same++;
    else
      differences.push(
        `${label}: ${keys.map((k) => want[k]).join(' ')} ${bestWrong.map((f) => `${f}: ${want[f]} != ${zeekText(got[f], f)}`).join('; ')}`,
      );
  }
  for (const row of left)
    differences.push(
      `${label}: extra ${key.map((k) => zeekText(row[k], k)).join(' ')} ${main
        .slice(0, 5)
        .map((f) => zeekText(row[f], f))
        .join(' | ')}`,
    );
  return { expected: expected.length, equal: same, differences };
}

const SETS = new Set(['rcptto', 'to', 'cc', 'proxied']);

/** Equal, the order of sets aside. */
export function sameText(field: string, want: string, got: string): boolean {
  return want === got || (SETS.has(field) && want.split(',').sort().join() === got.split(',').sort().join());
}
