import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LetterWriting, MAX_SYMBOL, MAX_ZEROS, SymbolWriter } from './symbols.js';

/** Letters of one tuple; flows are [start in seconds, 3 * size class + duration class]. */
function letters(writing: LetterWriting, flows: readonly (readonly [number, number])[]): string {
  const writer = new SymbolWriter(writing);
  const bytes = new Uint8Array(flows.length * MAX_SYMBOL);
  let end = 0;
  for (const [now, kind] of flows) end = writer.write(bytes, end, now, kind);
  return new TextDecoder().decode(bytes.subarray(0, end));
}
const every = (seconds: number, n: number, kind = 0): [number, number][] =>
  Array.from({ length: n }, (_, i) => [1000 + i * seconds, kind]);

describe('symbols of a tuple', () => {
  it('writes the second flow with its time, or without it', () => {
    expect(letters('0.7.3', every(2, 5))).toBe('11.a.a.a.');
    expect(letters('head', every(2, 5))).toBe('11a.a.a.');
  });

  it('has a letter for each size and duration', () => {
    const kinds = Array.from({ length: 9 }, (_, k) => letters('0.7.3', every(30, 3, k)));
    expect(kinds.map((k) => k[0]).join('')).toBe('123456789');
    expect(kinds.map((k) => k[3]).join('')).toBe('abcdefghi');
  });

  it('grades the ratio of the last two gaps, either way round', () => {
    const third = (t1: number, t2: number): string =>
      letters('0.7.3', [
        [10, 0],
        [10 + t1, 0],
        [10 + t1 + t2, 0],
      ])[3]!;
    expect([100, 105, 106, 130, 131, 500, 501].map((t2) => third(100, t2)).join('')).toBe('aaAArrR');
    expect([105, 106, 130, 131, 500, 501].map((t1) => third(t1, 100)).join('')).toBe('aAArrR');
  });

  it('writes an hour of silence as 0, at exactly one hour also the star', () => {
    expect(
      letters('0.7.3', [
        [100, 0],
        [200, 0],
        [3800, 0],
      ]),
    ).toBe('11+0R*');
    expect(
      letters('0.7.3', [
        [100, 0],
        [7400, 0],
        [14700, 0],
      ]),
    ).toBe('1100a');
  });

  it('takes no time between flows for strongly periodic', () => {
    expect(letters('0.7.3', every(0, 4))).toBe('11.a.a.');
    expect(letters('head', every(0, 4))).toBe('11aa');
  });

  it('does not fill the disk with the silence of a wrong clock', () => {
    const long = letters('0.7.3', [
      [1, 0],
      [2, 0],
      [1e9, 0],
      [2e9, 0],
      [9e15, 0],
    ]);
    expect(long.length).toBeLessThan(3 * MAX_ZEROS + 20);
    const many = Array.from({ length: 1000 }, (_, i): [number, number] => [i * 5e6, 0]);
    expect(letters('0.7.3', many).length).toBeLessThan(100_000 + 2 * many.length);
  });

  it('writes one letter per flow, whatever the times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -1e5, max: 1e5, noNaN: true }), fc.integer({ min: 0, max: 8 }))),
        (flows) => {
          expect(letters('0.7.3', flows).replaceAll(/[0.,+*]/g, '').length).toBe(flows.length);
        },
      ),
    );
  });
});
