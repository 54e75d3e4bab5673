import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scored } from './kind.js';
import { auc, metricsOf, thresholdFor } from './metrics.js';

const scored = (rows: readonly (readonly [score: number, label: 0 | 1, group: number])[]): Scored => ({
  scores: Float64Array.from(rows, (r) => r[0]),
  labels: Uint8Array.from(rows, (r) => r[1]),
  groups: Int32Array.from(rows, (r) => r[2]),
  unit: 'flow',
});

const row = fc.tuple(
  fc.integer({ min: 0, max: 20 }).map((i) => i / 20),
  fc.constantFrom(0 as const, 1 as const),
  fc.integer({ min: 0, max: 5 }),
);

describe('auc', () => {
  test('is the share of pairs in the right order, ties one half', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const s = scored(rows);
        let right = 0;
        let pairs = 0;
        for (const a of rows)
          for (const b of rows) {
            if (a[1] !== 1 || b[1] !== 0) continue;
            pairs++;
            right += a[0] > b[0] ? 1 : a[0] === b[0] ? 0.5 : 0;
          }
        const got = auc(s.scores, s.labels);
        if (pairs === 0) expect(got).toBeNull();
        else expect(got).toBeCloseTo(right / pairs, 5);
      }),
    );
  });
});

describe('thresholdFor', () => {
  test('lets no more benign rows through than allowed, and a lower one would', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), fc.constantFrom(0, 0.01, 0.1, 0.3), (rows, max) => {
        const s = scored(rows);
        const t = thresholdFor(s.scores, s.labels, max);
        const benign = rows.filter((r) => r[1] === 0).map((r) => r[0]);
        if (benign.length === 0) return;
        const through = benign.filter((b) => b >= t).length;
        // Scores of exactly 1 cannot be kept below any threshold.
        if (!benign.includes(1)) expect(through).toBeLessThanOrEqual(max * benign.length + 1e-9);
        const lower = benign.filter((b) => b < t).sort((a, b) => b - a)[0];
        if (lower !== undefined) {
          expect(benign.filter((b) => b >= lower).length).toBeGreaterThan(Math.floor(max * benign.length));
        }
      }),
    );
  });
});

describe('metricsOf', () => {
  test('counts by the threshold', () => {
    const m = metricsOf(
      scored([
        [0.9, 1, 0],
        [0.4, 1, 1],
        [0.6, 0, 2],
        [0.1, 0, 3],
        [0.2, 0, 3],
      ]),
      0.5,
    );
    expect(m).toMatchObject({ n: 5, positives: 2, accuracy: 0.6, precision: 0.5, recall: 0.5, f1: 0.5, fpr: 0.333333 });
    expect(m.auc).toBe(0.833333);
    expect(m.interval).toBe('2 groups malicious, 2 groups benign');
  });

  test('intervals hold the estimate, are the same each time, and are wider by groups than by rows', () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const label = (i % 2) as 0 | 1;
      const group = Math.floor(i / 50);
      return [((i * 7919) % 101) / 200 + (label ? 0.2 : 0) + group / 40, label, group] as const;
    });
    const grouped = metricsOf(scored(rows), 0.5);
    expect(metricsOf(scored(rows), 0.5)).toEqual(grouped);
    expect(grouped.auc_ci![0]).toBeLessThanOrEqual(grouped.auc!);
    expect(grouped.auc_ci![1]).toBeGreaterThanOrEqual(grouped.auc!);
    const single = metricsOf(scored(rows.map(([s, l]) => [s, l, 0] as const)), 0.5);
    expect(single.interval).toBe('200 rows malicious, 200 rows benign');
    const width = (ci: readonly [number, number] | null): number => ci![1] - ci![0];
    expect(width(grouped.recall_ci)).toBeGreaterThan(width(single.recall_ci));
  });

  test('a missing class gives null, not a number', () => {
    const m = metricsOf(scored([[0.9, 1, 0]]), 0.5);
    expect(m).toMatchObject({ auc: null, auc_ci: null, fpr: null, recall: 1 });
  });
});
