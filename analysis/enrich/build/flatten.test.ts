import fc from 'fast-check';
import { expect, it } from 'vitest';
import { flatten, type Range } from './flatten.js';

const range = (lo: number, hi: number, value: string): Range => ({ lo: BigInt(lo), hi: BigInt(hi), value });

it.each([
  ['apart', [range(1, 2, 'a'), range(4, 5, 'b')], [range(1, 2, 'a'), range(4, 5, 'b')]],
  ['inside', [range(0, 9, 'a'), range(3, 4, 'b')], [range(0, 2, 'a'), range(3, 4, 'b'), range(5, 9, 'a')]],
  ['at the end', [range(0, 9, 'a'), range(5, 9, 'b')], [range(0, 4, 'a'), range(5, 9, 'b')]],
  ['crossing', [range(0, 5, 'a'), range(3, 8, 'b')], [range(0, 2, 'a'), range(3, 8, 'b')]],
  ['twice', [range(1, 2, 'b'), range(1, 2, 'a')], [range(1, 2, 'b')]],
  ['neighbours', [range(3, 4, 'a'), range(1, 2, 'a')], [range(1, 4, 'a')]],
])('%s', (_, given, wanted) => {
  expect(flatten(given)).toEqual(wanted);
});

it('gives every address the range that begins last', () => {
  const one = fc.record({ lo: fc.nat(40), size: fc.nat(12), value: fc.constantFrom('a', 'b', 'c', 'd') });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), (given) => {
      const ranges = given.map((g) => range(g.lo, g.lo + g.size, g.value));
      const flat = flatten(ranges);
      for (const [i, r] of flat.entries()) expect(r.lo <= r.hi && (i === 0 || flat[i - 1]!.hi < r.lo)).toBe(true);
      for (let at = 0n; at < 60n; at++) {
        const best = ranges
          .filter((r) => r.lo <= at && at <= r.hi)
          .sort((a, b) => Number(b.lo - a.lo) || Number(a.hi - b.hi) || (a.value > b.value ? -1 : 1))[0];
        expect(flat.find((r) => r.lo <= at && at <= r.hi)?.value).toBe(best?.value);
      }
    }),
  );
});
