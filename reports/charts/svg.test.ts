import { scaleUtc } from 'd3-scale';
import { expect, it } from 'vitest';
import { timeTicks } from './svg.js';

const spans = {
  '9 s': 9,
  '77 s': 77,
  '5 min': 300,
  '2 h': 7200,
  '26 h': 93_600,
  '9 days': 777_600,
  '2 years': 63_072_000,
};

it.each(Object.entries(spans))(
  'ticks of %s do not touch, the last one though it ends where its tick is',
  (_, seconds) => {
    const from = Date.UTC(2020, 8, 17, 21, 31, 13);
    const x = scaleUtc([new Date(from), new Date(from + seconds * 1000)], [218, 1024]);
    const ticks = timeTicks(x, 9);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    // The letters are 6.5 wide on average; the last label is set to the left of its tick.
    const width = (label: string): number => label.length * 6.5;
    for (const [i, { at, label }] of ticks.entries()) {
      const next = ticks[i + 1];
      if (!next) break;
      const begins = i + 2 === ticks.length ? next.at - width(next.label) : next.at - width(next.label) / 2;
      expect(begins - (at + width(label) / 2)).toBeGreaterThan(0);
    }
  },
);
