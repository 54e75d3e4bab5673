import { Random } from '../../random.js';
import type { ForestData } from '../forest.js';

/**
 * Rows of two overlapping classes: heavy-tailed sizes, whole numbers, flags, unknown values and columns of pure noise.
 * About `positives` of them are malicious; no forest tells all of them apart.
 */
export function madeData(rows: number, seed: number, features = 12, positives = 0.3): ForestData {
  const random = new Random(seed);
  const normal = (): number => {
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += random.unit();
    return (sum - 3) * Math.SQRT2;
  };
  const labels = new Uint8Array(rows);
  const columns = Array.from({ length: features }, () => new Float32Array(rows));
  for (let r = 0; r < rows; r++) {
    const malicious = random.unit() < positives;
    labels[r] = malicious ? 1 : 0;
    const shift = malicious ? 1 : 0;
    for (let f = 0; f < features; f++) {
      const x = normal();
      columns[f]![r] =
        f % 6 === 0
          ? Math.exp(4 + x + 0.8 * shift)
          : f % 6 === 1
            ? Math.round(3 + 2 * x + shift)
            : f % 6 === 2
              ? Number(random.unit() < 0.3 + 0.3 * shift)
              : f % 6 === 3 && random.unit() < 0.2
                ? Number.NaN
                : x + (f % 6 === 4 ? 0.7 * shift : 0);
    }
  }
  return { names: columns.map((_, f) => `f${f}`), columns, labels };
}

/** The rows of `data` from `from` to `to`. */
export const slice = (data: ForestData, from: number, to: number): ForestData => ({
  names: data.names,
  columns: data.columns.map((c) => c.slice(from, to)),
  labels: data.labels.slice(from, to),
});
