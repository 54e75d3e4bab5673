import { auc } from '../metrics.js';
import { Random } from '../random.js';
import type { Forest, ForestData } from './forest.js';
import { ForestScorer } from './score.js';

/**
 * Permutation importance: how far the AUC falls when a feature's values are dealt to other rows. Meant for rows that the
 * forest did not see. Null where a class is missing.
 */
export function permutationImportance(forest: Forest, data: ForestData, seed: number): (number | null)[] {
  const n = data.labels.length;
  const scorer = new ForestScorer(forest);
  const scores = new Float64Array(n);
  scorer.score(data.columns, n, scores);
  const whole = auc(scores, data.labels);
  if (whole === null) return data.names.map(() => null);
  const random = new Random(seed);
  return data.columns.map((column, f) => {
    const dealt = Float32Array.from(column);
    for (let i = n - 1; i > 0; i--) {
      const j = random.below(i + 1);
      const v = dealt[i]!;
      dealt[i] = dealt[j]!;
      dealt[j] = v;
    }
    const columns = data.columns.map((c, k) => (k === f ? dealt : c));
    scorer.score(columns, n, scores);
    return Math.round((whole - auc(scores, data.labels)!) * 1e6) / 1e6;
  });
}
