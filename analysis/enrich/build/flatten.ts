/** A range of addresses with both ends and what is said about it. */
export interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
  readonly value: string;
}

/**
 * Disjoint ranges in ascending order that say the same as `ranges`: where some overlap, the one that begins later wins
 * (of those that begin together the shorter, then the greater value); neighbours with one value become one.
 */
export function flatten(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) =>
    a.lo !== b.lo ? order(a.lo, b.lo) : a.hi !== b.hi ? order(b.hi, a.hi) : order(a.value, b.value),
  );
  const out: Range[] = [];
  const put = (lo: bigint, hi: bigint, value: string): void => {
    if (lo > hi) return;
    const last = out.at(-1);
    if (last !== undefined && last.value === value && last.hi + 1n === lo) out[out.length - 1] = { ...last, hi };
    else out.push({ lo, hi, value });
  };
  // Ranges that have begun and not ended, the latest last; `from` is the first address not yet put.
  const begun: Range[] = [];
  let from = 0n;
  const endBefore = (limit: bigint | undefined): void => {
    for (let top = begun.at(-1); top !== undefined && (limit === undefined || top.hi < limit); top = begun.at(-1)) {
      put(from, top.hi, top.value);
      if (top.hi >= from) from = top.hi + 1n;
      begun.pop();
    }
  };
  for (const range of sorted) {
    endBefore(range.lo);
    const top = begun.at(-1);
    if (top !== undefined) put(from, range.lo - 1n, top.value);
    from = range.lo;
    begun.push(range);
  }
  endBefore(undefined);
  return out;
}

const order = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
