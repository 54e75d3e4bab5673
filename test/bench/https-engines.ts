/**
 * Three learners on the same rows and the same split by family: our forest, ml-random-forest and scikit-learn's
 * RandomForestClassifier (balanced classes); all rows, then at most 40 of a class and group, because ml-random-forest
 * takes minutes for more. Needs the captures of models/datasets.yaml under ../shared/data.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';
import { findDatasets } from '../../models/datasets.js';
import { sklearn, sklearnMissing } from '../../models/forest/testing/sklearn.js';
import { calibrated } from '../../models/https/calibrate.js';
import { featureNames } from '../../models/https/features.js';
import { foldsOf } from '../../models/https/folds.js';
import { holdOut, strictest } from '../../models/https/hold-out.js';
import { kind } from '../../models/https/kind.js';
import { type LabelledRows, labelledRows, pick } from '../../models/https/labelled-rows.js';
import { SETTINGS } from '../../models/https/settings.js';
import { readLabelled } from '../../models/labelled.js';
import { metricsOf } from '../../models/metrics.js';

const DATA = join(packageRoot, '..', 'shared', 'data');
const MAX_FPR = 0.01;
const SEED = 1;

if (!existsSync(join(DATA, 'malware'))) {
  process.stdout.write('not measured: no captures in ../shared/data\n');
  process.exit(0);
}
const data = await readLabelled(kind, findDatasets(DATA, 'https', undefined), { threads: 2, memoryLimit: '1GB' });
const all = await labelledRows(data);
data.close();
const rows = pick(
  all,
  Int32Array.from(all.labels, (_, i) => i).filter((i) => all.tls[i] === 1),
  featureNames('tls'),
);
const folds = foldsOf(rows, data.groups)!;

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function report(of: LabelledRows, name: string, scores: Float64Array, seconds: number): void {
  const m = metricsOf({ scores, labels: of.labels, groups: of.groups, unit: 'flow' }, 0.5);
  const recalls = folds.map((f) => {
    const inside = Array.from(scores.keys()).filter((i) => of.labels[i] === 1 && f.groups.has(of.groups[i]!));
    return `${f.name} ${(inside.filter((i) => scores[i]! >= 0.5).length / inside.length).toFixed(3)}`;
  });
  process.stdout.write(
    `${name.padEnd(18)} AUC ${m.auc} (${m.auc_ci})  recall ${m.recall} (${m.recall_ci})  fpr ${m.fpr} (${m.fpr_ci})  ${seconds.toFixed(1)} CPU s\n` +
      `${''.padEnd(18)} recall by family: ${recalls.join(', ')}\n`,
  );
}

/** At most `most` rows of each class and group, in even steps. */
function thinned(of: LabelledRows, most: number): LabelledRows {
  const keyOf = (i: number): number => 2 * of.groups[i]! + of.labels[i]!;
  const sizes = new Map<number, number>();
  const seen = new Map<number, number>();
  for (let i = 0; i < of.labels.length; i++) sizes.set(keyOf(i), (sizes.get(keyOf(i)) ?? 0) + 1);
  const kept = Int32Array.from(of.labels, (_, i) => i).filter((i) => {
    const k = seen.get(keyOf(i)) ?? 0;
    seen.set(keyOf(i), k + 1);
    return k % Math.ceil(sizes.get(keyOf(i))! / most) === 0;
  });
  return pick(of, kept, of.names);
}

async function compare(of: LabelledRows, engines: readonly string[]): Promise<void> {
  process.stdout.write(`\n${of.labels.length} flows\n`);
  for (const engine of engines) {
    const from = cpu();
    const held = await holdOut(of, folds, engine, SEED, MAX_FPR, new AbortController().signal, () => undefined);
    report(of, engine, held!.scores, cpu() - from);
  }
  const why = sklearnMissing();
  if (why !== undefined) process.stdout.write(`scikit-learn not measured: ${why}\n`);
  else report(of, 'scikit-learn', ...sklearnHeldOut(of));
}

await compare(rows, ['native']);
await compare(thinned(rows, 40), ['native', 'ml-random-forest']);

/** Folds and thresholds as `holdOut` has them. */
function sklearnHeldOut(of: LabelledRows): [Float64Array, number] {
  const numbers = Int32Array.from(of.labels, (_, i) => i);
  const raw = new Float64Array(numbers.length);
  let seconds = 0;
  for (const fold of folds) {
    const inside = numbers.filter((i) => fold.groups.has(of.groups[i]!));
    const train = pick(
      of,
      numbers.filter((i) => !fold.groups.has(of.groups[i]!)),
      of.names,
    );
    const result = sklearn(train, pick(of, inside, of.names), {
      trees: SETTINGS.trees,
      minLeaf: SETTINGS.minLeaf,
      seed: SEED,
      classWeight: 'balanced',
    });
    seconds += result.fit + result.predict;
    for (const [at, i] of inside.entries()) raw[i] = Math.round(result.scores[at]! * 1e6) / 1e6;
  }
  const scores = new Float64Array(numbers.length);
  const foldOf = numbers.map((i) => folds.findIndex((f) => f.groups.has(of.groups[i]!)));
  for (const fold of folds) {
    const others = numbers.filter((i) => !fold.groups.has(of.groups[i]!));
    const threshold = strictest(raw, of.labels, others, foldOf, MAX_FPR);
    for (const i of numbers) if (fold.groups.has(of.groups[i]!)) scores[i] = calibrated(raw[i]!, threshold);
  }
  return [scores, seconds];
}
