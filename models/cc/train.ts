import { inputError } from '../../cli/errors.js';
import { type Forest, writeForest } from '../forest/forest.js';
import { permutationImportance } from '../forest/importance.js';
import type { LabelledData, Scored, Trained, TrainOptions } from '../kind.js';
import { auc, metricsOf, thresholdFor } from '../metrics.js';
import { toLayersModel } from '../recurrent/layers-model.js';
import { loadTensorflow } from '../recurrent/tensorflow.js';
import { trainWithTensorflow } from '../recurrent/tensorflow-train.js';
import type { trainNetwork } from '../recurrent/train.js';
import { type Channel, type Channels, labelledChannels } from './channels.js';
import { DEPTH, type FitRun, fitOpinions, GROUP_POWER, LEAF, RECIPE, SHORTEST, statisticsOf, TREES } from './fit.js';
import { groupFolds, randomFolds } from './folds.js';
import { NETWORK_SHARE, OpinionScorer, type OpinionScores } from './opinions.js';
import { STATISTICS } from './statistics.js';

const FOLDS = 5;
/** Fewest channels of each class. */
const FEWEST = 20;

/** Trains a model: first on everything, then again with parts held out, which gives threshold and metrics. */
export async function trainCc(data: LabelledData, options: TrainOptions): Promise<Trained> {
  const all = await labelledChannels(data, SHORTEST);
  const { channels } = all;
  check(channels);
  const engine = await engineOf(options.engine);
  let stopped = false;
  const run: Run = async (part, step) => {
    const { network, forest, ...done } = await fitOpinions(part, options.seed, {
      signal: options.signal,
      ...engine,
      onEpoch: (epoch, loss) => options.progress({ step, done: epoch, total: RECIPE.epochs, loss }),
    });
    if (done.stopped) stopped = true;
    return done.stopped ? undefined : { scorer: new OpinionScorer({ network, forest }), forest };
  };
  const final = await fitOpinions(channels, options.seed, {
    signal: options.signal,
    ...engine,
    onEpoch: (epoch, loss) => options.progress({ step: 'training', done: epoch, total: RECIPE.epochs, loss }),
  });
  if (final.stopped) stopped = true;
  const held = await heldOut(
    channels,
    groupFolds(channels, FOLDS),
    'groups held out',
    run,
    options.seed,
    () => stopped,
  );
  const chance = await heldOut(
    channels,
    randomFolds(channels, FOLDS, options.seed),
    'random split',
    run,
    options.seed,
    () => stopped,
  );
  const { threshold, rule } = thresholdOf(held, chance, channels, new OpinionScorer(final), options.maxFpr);
  const model = toLayersModel(final.network.parameters, RECIPE.dropout);
  const files = new Set(data.files.map((f) => f.group));
  const fromFiles = files.size > 0 && files.size < data.groups.length;
  const inFiles = (i: number): boolean => files.has(all.inputs[channels[i]!.group]!);
  return {
    files: { 'model.json': model.json, 'weights.bin': model.weights, 'forest.bin': writeForest(final.forest) },
    card: {
      unit: 'channel',
      parameters: {
        letters: '0.7.3',
        shortest: SHORTEST,
        longest: 500,
        embedding: RECIPE.shape.embedding,
        units: RECIPE.shape.units,
        dense: RECIPE.shape.dense,
        epochs: RECIPE.epochs,
        batch: RECIPE.batch,
        rate: RECIPE.rate,
        decay: RECIPE.decay,
        dropout: RECIPE.dropout,
        label_smoothing: RECIPE.smoothing,
        letters_shown: RECIPE.longest,
        cut_short: RECIPE.prefixes,
        noise: RECIPE.noise,
        trees: TREES,
        tree_depth: DEPTH,
        leaf: LEAF,
        group_power: GROUP_POWER,
        network_share: NETWORK_SHARE,
        score: 'weighted mean of network and forest',
      },
      stopped_early: stopped,
      threshold,
      threshold_rule: rule,
      data: dataOf(all, data),
      features: [
        { name: 'letters', description: 'the last 500 letters in order (network)' },
        ...STATISTICS.map((s, i) => ({ ...s, importance: held.importances[i] ?? null })),
      ],
      metrics: {
        ...metricsFor('held_out', held, channels, threshold),
        ...metricsFor('random_split', chance, channels, threshold),
        ...(fromFiles ? metricsFor('held_out_letters_files', held, channels, threshold, inFiles) : {}),
        ...(fromFiles ? metricsFor('random_split_letters_files', chance, channels, threshold, inFiles) : {}),
      },
      details: {
        left_out: all.dropped,
        held_out_groups: groupTable(held, all, threshold),
        threshold_of_other_folds: crossed(held, channels, options.maxFpr),
        by_length: byLength(held, channels, threshold),
      },
      limits: limitsOf(all, held),
    },
  };
}

function check(channels: readonly Channel[]): void {
  const malicious = channels.filter((c) => c.label === 1).length;
  if (malicious < FEWEST || channels.length - malicious < FEWEST) {
    throw inputError(
      `${malicious} malicious and ${channels.length - malicious} benign channels of at least ${SHORTEST} letters: ${FEWEST} of each are needed`,
    );
  }
}

async function engineOf(name: string): Promise<Pick<FitRun, 'train'>> {
  if (name === 'native') return {};
  const tensorflow = await loadTensorflow();
  if (typeof tensorflow === 'string') throw inputError(tensorflow);
  const train: typeof trainNetwork = (sequences, recipe, random, run) =>
    trainWithTensorflow(tensorflow, sequences, recipe, random, run);
  return { train };
}

/** Scores of channels by models that saw neither them nor their fold. */
interface Held {
  /** Indices of the channels. */
  readonly rows: readonly number[];
  readonly folds: Int32Array;
  readonly scores: OpinionScores;
  /** Mean permutation importance of the statistics, by channels held out; empty where nothing was. */
  readonly importances: readonly number[];
}

type Run = (part: readonly Channel[], step: string) => Promise<{ scorer: OpinionScorer; forest: Forest } | undefined>;

async function heldOut(
  channels: readonly Channel[],
  folds: Int32Array,
  step: string,
  run: Run,
  seed: number,
  isStopped: () => boolean,
): Promise<Held> {
  const rows: number[] = [];
  const parts: OpinionScores[] = [];
  const sums = STATISTICS.map(() => 0);
  let weight = 0;
  for (let f = 0; f < FOLDS && !isStopped(); f++) {
    const test = channels.flatMap((_, i) => (folds[i] === f ? [i] : []));
    const rest = channels.filter((_, i) => folds[i] !== f);
    const labels = new Set(rest.map((c) => c.label));
    if (test.length === 0 || labels.size < 2) continue;
    const fitted = await run(rest, `${step} ${f + 1}/${FOLDS}`);
    if (!fitted) break;
    rows.push(...test);
    const tested = test.map((i) => channels[i]!);
    parts.push(fitted.scorer.score(tested.map((c) => c.codes)));
    const importances = importanceOf(tested, fitted.forest, seed);
    if (importances.includes(null)) continue;
    weight += tested.length;
    for (const [k, v] of importances.entries()) sums[k]! += v! * tested.length;
  }
  const join = (key: keyof OpinionScores): Float64Array => Float64Array.from(parts.flatMap((p) => [...p[key]]));
  return {
    rows,
    folds,
    scores: { network: join('network'), forest: join('forest'), both: join('both') },
    importances: weight === 0 ? [] : sums.map((v) => Math.round((v / weight) * 1e6) / 1e6),
  };
}

function scoredOf(
  held: Held,
  channels: readonly Channel[],
  scores: Float64Array,
  only: (channel: number) => boolean = () => true,
): Scored {
  const at = held.rows.flatMap((i, k) => (only(i) ? [k] : []));
  return {
    scores: Float64Array.from(at, (k) => scores[k]!),
    labels: Uint8Array.from(at, (k) => channels[held.rows[k]!]!.label),
    groups: Int32Array.from(at, (k) => channels[held.rows[k]!]!.group),
    unit: 'channel',
  };
}

function metricsFor(
  name: string,
  held: Held,
  channels: readonly Channel[],
  threshold: number,
  only?: (channel: number) => boolean,
): Trained['card']['metrics'] {
  if (held.rows.length === 0) return {};
  const of = (scores: Float64Array) => metricsOf(scoredOf(held, channels, scores, only), threshold);
  const { both, network, forest } = held.scores;
  return { [name]: of(both), [`${name}_network`]: of(network), [`${name}_forest`]: of(forest) };
}

function thresholdOf(
  held: Held,
  chance: Held,
  channels: readonly Channel[],
  final: OpinionScorer,
  maxFpr: number,
): { threshold: number; rule: string } {
  const percent = `at most ${Number((100 * maxFpr).toFixed(4))} % of the benign channels`;
  const has = (h: Held): boolean => h.rows.some((i) => channels[i]!.label === 0);
  for (const [h, what] of [
    [held, 'of groups held out'],
    [chance, 'held out by chance, as too few groups could be'],
  ] as const) {
    if (!has(h)) continue;
    const { scores, labels } = scoredOf(h, channels, h.scores.both);
    return { threshold: thresholdFor(scores, labels, maxFpr), rule: `${percent} ${what} reach it` };
  }
  const scores = final.score(channels.map((c) => c.codes)).both;
  const labels = Uint8Array.from(channels, (c) => c.label);
  return {
    threshold: thresholdFor(scores, labels, maxFpr),
    rule: `${percent} it was trained on reach it: stopped before any were held out`,
  };
}

/** False positives and recall of each fold at the threshold that the other folds alone would give. */
function crossed(held: Held, channels: readonly Channel[], maxFpr: number): Record<string, number | null> {
  const { scores, labels } = scoredOf(held, channels, held.scores.both);
  const counts = [0, 0];
  const hits = [0, 0];
  for (let f = 0; f < FOLDS; f++) {
    const of = (inside: boolean): number[] =>
      held.rows.flatMap((i, k) => ((held.folds[i] === f) === inside ? [k] : []));
    const others = of(false);
    const threshold = thresholdFor(
      Float64Array.from(others, (k) => scores[k]!),
      Uint8Array.from(others, (k) => labels[k]!),
      maxFpr,
    );
    for (const k of of(true)) {
      counts[labels[k]!]!++;
      if (scores[k]! >= threshold) hits[labels[k]!]!++;
    }
  }
  const share = (label: 0 | 1): number | null =>
    counts[label] === 0 ? null : Math.round((hits[label]! / counts[label]!) * 1e6) / 1e6;
  return { fpr: share(0), recall: share(1) };
}

/** Area under the curve, recall and false positives by number of letters. */
function byLength(held: Held, channels: readonly Channel[], threshold: number): unknown[] {
  const bounds = [SHORTEST, 10, 20, 50, 100, 501];
  return bounds.slice(0, -1).map((from, b) => {
    const counts = [0, 0];
    const hits = [0, 0];
    const scores: number[] = [];
    const labels: number[] = [];
    for (const [k, i] of held.rows.entries()) {
      const { codes, label } = channels[i]!;
      if (codes.length < from || codes.length >= bounds[b + 1]!) continue;
      scores.push(held.scores.both[k]!);
      labels.push(label);
      counts[label]!++;
      if (held.scores.both[k]! >= threshold) hits[label]!++;
    }
    return {
      letters_from: from,
      auc: auc(Float64Array.from(scores), Uint8Array.from(labels)),
      benign: counts[0],
      false_positives: hits[0],
      malicious: counts[1],
      found: hits[1],
    };
  });
}

function groupTable(held: Held, all: Channels, threshold: number): unknown[] {
  const table = new Map<
    number,
    { group: string; benign: number; false_positives: number; malicious: number; found: number }
  >();
  for (const [k, i] of held.rows.entries()) {
    const { group, label } = all.channels[i]!;
    let row = table.get(group);
    if (!row) {
      row = { group: all.groups[group]!, benign: 0, false_positives: 0, malicious: 0, found: 0 };
      table.set(group, row);
    }
    const hit = held.scores.both[k]! >= threshold;
    if (label === 1) {
      row.malicious++;
      if (hit) row.found++;
    } else {
      row.benign++;
      if (hit) row.false_positives++;
    }
  }
  return [...table.values()].sort((a, b) => (a.group < b.group ? -1 : 1));
}

function importanceOf(tested: readonly Channel[], forest: Forest, seed: number): (number | null)[] {
  const labels = Uint8Array.from(tested, (c) => c.label);
  return permutationImportance(forest, { names: forest.names, columns: statisticsOf(tested), labels }, seed);
}

function dataOf(all: Channels, data: LabelledData): Trained['card']['data'] {
  return data.groups.map((g, number) => {
    const mine = all.channels.filter((c) => all.inputs[c.group] === number);
    const malicious = mine.filter((c) => c.label === 1).length;
    return { name: g.name, family: g.family, malicious, benign: mine.length - malicious, files: [...g.files] };
  });
}

function limitsOf(all: Channels, held: Held): string[] {
  const { channels } = all;
  const malicious = channels.filter((c) => c.label === 1);
  const sizes = new Map<number, number>();
  for (const c of malicious) sizes.set(c.group, (sizes.get(c.group) ?? 0) + 1);
  const [largest = 0, most = 0] = [...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
  const tested = held.rows.filter((i) => channels[i]!.label === 1);
  const families = new Set(tested.map((i) => channels[i]!.group)).size;
  return [
    `${most} of ${malicious.length} malicious channels come from one group (${all.groups[largest]})${most > malicious.length / 3 ? ', which is never held out' : ''}`,
    `${tested.length} malicious channels of ${families} groups were held out: the intervals say how little that is`,
    'Importances are the loss of AUC of the forest alone on groups held out, mean over the folds',
    'A channel says how a host talks, not what: spam, click fraud and lookups of bots are among the malicious ones, and regular benign services can look the same',
    'Letters depend on how a source counts bytes and cuts flows: a model trained on one kind of source is weaker on another',
  ];
}
