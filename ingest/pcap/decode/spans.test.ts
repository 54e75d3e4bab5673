import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Spans } from './spans.js';

it('knows which bytes are there, in whatever order they came', () => {
  const piece = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const spans = new Spans();
      const there = new Set<number>();
      for (const [from, size] of pieces) {
        spans.add(from, from + size);
        for (let k = from; k < from + size; k++) there.add(k);
        let reach = 0;
        while (there.has(reach)) reach++;
        if (reach > 0) expect(spans.reach(reach)).toBe(true);
        expect(spans.reach(reach + 1)).toBe(false);
      }
    }),
  );
});
