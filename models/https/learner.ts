import { CliError } from '../../cli/errors.js';
import { type Forest, readForest, writeForest } from '../forest/forest.js';
import { importForest, MAX_ROWS, trainMlRandomForest } from '../forest/ml-random-forest.js';
import { type GrownForest, growForest, type OutOfBag, type Stratum } from '../forest/train.js';
import { type LabelledRows, pick } from './labelled-rows.js';
import { SETTINGS } from './settings.js';

export const ENGINES = ['native', 'ml-random-forest'] as const;
export type Engine = (typeof ENGINES)[number];

/** A forest and the file it is stored in. `outOfBag` has every tree's word on the rows it was not to learn from. */
export interface Learned {
  readonly forest: Forest;
  readonly file: string | Uint8Array;
  readonly outOfBag: OutOfBag | undefined;
  readonly stopped: boolean;
}

/** Trees of ml-random-forest, which takes a second for each few. */
const ML_TREES = 101;
/** Draws per row that a small group gets at most. */
const MOST_DRAWS = 4;

/**
 * Bags in which a group's share of its class grows with the square root of its rows: a capture of a thousand flows of one
 * implant says hardly more than one of a hundred.
 * @param from the rows that are drawn from
 */
export function strataOf(rows: LabelledRows, from: Int32Array): Stratum[] {
  const keyOf = (i: number): number => 2 * rows.groups[i]! + rows.labels[i]!;
  const sizes = new Map<number, number>();
  for (const i of from) sizes.set(keyOf(i), (sizes.get(keyOf(i)) ?? 0) + 1);
  const lists = new Map([...sizes].map(([key, n]) => [key, { rows: new Int32Array(n), at: 0 }]));
  for (const i of from) {
    const list = lists.get(keyOf(i))!;
    list.rows[list.at++] = i;
  }
  return [...lists].map(([key, list]) => {
    const same = [...sizes].filter(([k]) => k % 2 === key % 2);
    const total = same.reduce((sum, [, n]) => sum + n, 0);
    const roots = same.reduce((sum, [, n]) => sum + Math.sqrt(n), 0);
    const draws = Math.round((total * Math.sqrt(list.rows.length)) / roots);
    return { rows: list.rows, draws: Math.max(1, Math.min(draws, MOST_DRAWS * list.rows.length)) };
  });
}

/** Weights that make both classes weigh the same as they are drawn. */
function classWeights(rows: LabelledRows, strata: readonly Stratum[]): [number, number] {
  const draws = [0, 0];
  for (const s of strata) draws[rows.labels[s.rows[0]!]!]! += s.draws;
  const total = draws[0]! + draws[1]!;
  return [total / (2 * draws[0]!), total / (2 * draws[1]!)];
}

/**
 * Learns a forest from labelled rows of both classes.
 * @param from the rows that it may learn from
 * @throws CliError when the engine cannot take so many rows
 */
export async function learn(
  rows: LabelledRows,
  from: Int32Array,
  engine: string,
  seed: number,
  signal: AbortSignal,
  onTree: (done: number, total: number, outOfBag: OutOfBag | undefined) => void,
): Promise<Learned> {
  if (engine === 'ml-random-forest') {
    if (from.length > MAX_ROWS) {
      throw new CliError(
        `${from.length} labelled flows are too many for ml-random-forest (up to ${MAX_ROWS}); use --engine native`,
      );
    }
    const json = await trainMlRandomForest(pick(rows, from, rows.names), ML_TREES, seed);
    onTree(1, 1, undefined);
    return {
      forest: importForest(json, rows.names, 'ml-random-forest'),
      file: json,
      outOfBag: undefined,
      stopped: false,
    };
  }
  const strata = strataOf(rows, from);
  const grown: GrownForest = await growForest(rows, {
    ...SETTINGS,
    featuresPerSplit: Math.ceil(Math.sqrt(rows.names.length)),
    classWeights: classWeights(rows, strata),
    seed,
    rows: from,
    strata,
    signal,
    onTree,
  });
  return { forest: grown.forest, file: writeForest(grown.forest), outOfBag: grown.outOfBag, stopped: grown.stopped };
}

/** Reads a forest back from the file that `learn` gave. */
export const readLearned = (engine: string, bytes: Uint8Array, names: readonly string[], what: string): Forest =>
  engine === 'ml-random-forest'
    ? importForest(Buffer.from(bytes).toString('utf8'), names, what)
    : readForest(bytes, what);
