import { growForest } from '../forest/train.js';
import { Random } from '../random.js';
import { type Recipe, type Sequence, trainNetwork } from '../recurrent/train.js';
import { VOCABULARY } from './alphabet.js';
import type { Channel } from './channels.js';
import { startEmbedding } from './embedding.js';
import type { Opinions } from './opinions.js';
import { STATISTICS, statistics, statisticsColumns } from './statistics.js';

/** Fewest letters that a channel is trained on and measured with. */
export const SHORTEST = 5;

/** How the network learns; chosen on groups held out of the training part of each fold, then left alone. */
export const RECIPE: Recipe = {
  shape: { vocabulary: VOCABULARY, embedding: 16, units: 16, dense: 16 },
  epochs: 7,
  batch: 16,
  rate: 0.005,
  decay: 0.01,
  dropout: 0.3,
  smoothing: 0.02,
  longest: 250,
  prefixes: 0.3,
  shortest: SHORTEST,
  noise: 0.02,
};
export const TREES = 200;
/** Shallow trees with large leaves: deep ones know the hosts they saw by heart and are worse on others. */
export const DEPTH = 6;
export const LEAF = 5;
/** What a group weighs grows with this power of its size: one busy host does not decide everything. */
export const GROUP_POWER = 0.5;
/** A channel of a small group counts at most this often for the network: it learns by single sequences. */
const HEAVIEST = 8;

export interface FitRun {
  readonly signal?: AbortSignal;
  readonly onEpoch?: (epoch: number, loss: number) => void;
  /** In place of the native engine: gives the trained network. */
  readonly train?: typeof trainNetwork;
}

/** Fits both opinions to channels; one seed, the same result. */
export async function fitOpinions(
  channels: readonly Channel[],
  seed: number,
  run: FitRun = {},
): Promise<Opinions & { stopped: boolean }> {
  const random = new Random(seed);
  const weights = networkWeights(channels);
  const sequences = channels.map((c, i): Sequence => ({ codes: c.codes, label: c.label, weight: weights[i]! }));
  const forest = await fitForest(channels, seed);
  const { network, stopped } = await (run.train ?? trainNetwork)(sequences, RECIPE, random, {
    signal: run.signal,
    embedding: startEmbedding(RECIPE.shape.embedding, random),
    ...(run.onEpoch ? { progress: run.onEpoch } : {}),
  });
  return { network, forest, stopped };
}

/** Statistics of channels, as the forest reads them. */
export function statisticsOf(channels: readonly Channel[]): Float32Array[] {
  const columns = statisticsColumns(channels.length);
  for (const [i, c] of channels.entries()) statistics(c.codes, columns, i);
  return columns;
}

/** Rows by group and label, in order of `2 × group + label`. */
function groupRows(channels: readonly Channel[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [i, c] of channels.entries()) {
    const key = 2 * c.group + c.label;
    const rows = groups.get(key);
    if (rows) rows.push(i);
    else groups.set(key, [i]);
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}

/** Weight of each channel: both classes weigh the same together, their groups by a power of their size. */
function networkWeights(channels: readonly Channel[]): Float64Array {
  const out = new Float64Array(channels.length);
  const sums = [0, 0];
  const groups = groupRows(channels);
  for (const [key, rows] of groups) sums[key & 1]! += rows.length ** GROUP_POWER;
  for (const [key, rows] of groups) {
    const weight = (rows.length ** (GROUP_POWER - 1) * channels.length) / (2 * sums[key & 1]!);
    for (const i of rows) out[i] = Math.min(HEAVIEST, weight);
  }
  return out;
}

async function fitForest(channels: readonly Channel[], seed: number): Promise<Opinions['forest']> {
  const groups = groupRows(channels);
  const keys = [...groups.keys()];
  const powers = keys.map((k) => groups.get(k)!.length ** GROUP_POWER);
  const scale = channels.length / powers.reduce((sum, p) => sum + p, 0);
  const strata = keys.map((k, i) => ({
    rows: Int32Array.from(groups.get(k)!),
    draws: Math.max(1, Math.round(powers[i]! * scale)),
  }));
  const drawn = [0, 0];
  for (const [i, k] of keys.entries()) drawn[k & 1]! += strata[i]!.draws;
  const total = drawn[0]! + drawn[1]!;
  const { forest } = await growForest(
    {
      names: STATISTICS.map((s) => s.name),
      columns: statisticsOf(channels),
      labels: Uint8Array.from(channels, (c) => c.label),
    },
    {
      trees: TREES,
      seed,
      featuresPerSplit: 3,
      minLeaf: LEAF,
      maxDepth: DEPTH,
      classWeights: [total / 2 / drawn[0]!, total / 2 / drawn[1]!],
      strata,
    },
  );
  return forest;
}
