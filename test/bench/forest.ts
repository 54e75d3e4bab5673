/**
 * The forest beside scikit-learn's RandomForestClassifier on the same rows, one core each: 100 trees grown to the end on
 * 100,000 rows. Then scoring with those trees and with the settings that `train https` has.
 */
import type { Forest, ForestData } from '../../models/forest/forest.js';
import { ForestScorer } from '../../models/forest/score.js';
import { madeData } from '../../models/forest/testing/made-data.js';
import { sklearn, sklearnMissing } from '../../models/forest/testing/sklearn.js';
import { type ForestOptions, growForest } from '../../models/forest/train.js';
import { SETTINGS } from '../../models/https/settings.js';
import { auc } from '../../models/metrics.js';
import { benchmark, show } from './measure.js';

const ROWS = 100_000;
const HELD = 100_000;
const FEATURES = 12;
const FULL: ForestOptions = {
  trees: 100,
  seed: 1,
  featuresPerSplit: Math.floor(Math.sqrt(FEATURES)),
  minLeaf: 1,
  maxDepth: 1000,
  classWeights: [1, 1],
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function score(name: string, forest: Forest, held: ForestData): void {
  const scorer = new ForestScorer(forest);
  const scores = new Float64Array(HELD);
  scorer.score(held.columns, 20_000, scores);
  const from = cpu();
  scorer.score(held.columns, HELD, scores);
  process.stdout.write(
    `scoring, ${name}: ${Math.round(HELD / (cpu() - from))} rows per CPU second (${forest.roots.length} trees, ${forest.nodes.length / 2} nodes), AUC ${auc(scores, held.labels)}\n`,
  );
}

await benchmark(
  import.meta.filename,
  {
    grow: async () => {
      await growForest(madeData(ROWS, 1, FEATURES), FULL);
    },
    make: async () => {
      madeData(ROWS, 1, FEATURES);
    },
  },
  async (run) => {
    const made = run('make');
    const ours = run('grow');
    show('rows made', made);
    show('forest, 100 trees x 100,000 rows', ours);
    const train = madeData(ROWS, 1, FEATURES);
    const held = madeData(HELD, 2, FEATURES);
    const missing = sklearnMissing();
    if (missing !== undefined) process.stdout.write(`scikit-learn not measured: ${missing}\n`);
    else {
      const theirs = sklearn(train, held, { trees: FULL.trees, minLeaf: 1, seed: 1 });
      const fit = ours.cpu - made.cpu;
      process.stdout.write(
        `fit: forest ${fit.toFixed(2)} CPU s, scikit-learn ${theirs.fit.toFixed(2)} CPU s, ratio ${(fit / theirs.fit).toFixed(2)}\n` +
          `AUC of scikit-learn ${auc(theirs.scores, held.labels)}\n`,
      );
    }
    const settings = { ...FULL, ...SETTINGS };
    for (const [name, options] of [
      ['100 trees grown to the end', FULL],
      ['100 trees, depth and leaves of https', { ...settings, trees: 100 }],
      ['as https has them', settings],
    ] as const) {
      score(name, (await growForest(train, options)).forest, held);
    }
  },
);
