import { CliError } from '../../cli/errors.js';
import { type Forest, readForest, writeForest } from '../forest/forest.js';
import { importForest, MAX_ROWS, trainMlRandomForest } from '../forest/ml-random-forest.js';
import { type GrownForest, growForest, type OutOfBag, type Stratum } from '../forest/train.js';
import type { LabelledRows } from './labelled-rows.js';
import { SETTINGS } from './settings.js';

export const ENGINES = ['native', 'ml-random-forest'] as const;
export type Engine = (typeof ENGINES)[number];

/** A forest and the file it is stored in. */
export interface Learned {
  readonly forest: Forest;
  readonly file: string | Uint8Array;
  readonly outOfBag: OutOfBag | undefined;
  readonly stopped: boolean;
}

/** Draws per row that a small group gets at most. */
const MOST_DRAWS = 4;

/**
 * Bags in which a group's share of its class grows with the square root of its rows: a capture of a thousand flows of one
 * implant says hardly more than one of a hundred.
 */
export function strataOf(rows: LabelledRows): Stratum[] {
  const lists = new Map<string, { label: number; rows: number[] }>();
  for (let i = 0; i < rows.labels.length; i++) {
    const key = `${rows.labels[i]} ${rows.groups[i]}`;
    const list = lists.get(key) ?? { label: rows.labels[i]!, rows: [] };
    list.rows.push(i);
    lists.set(key, list);
  }
  const all = [...lists.values()];
  return all.map((list) => {
    const same = all.filter((l) => l.label === list.label);
    const total = same.reduce((sum, l) => sum + l.rows.length, 0);
    const roots = same.reduce((sum, l) => sum + Math.sqrt(l.rows.length), 0);
    const draws = Math.round((total * Math.sqrt(list.rows.length)) / roots);
    return {
      rows: Int32Array.from(list.rows),
      draws: Math.max(1, Math.min(draws, MOST_DRAWS * list.rows.length)),
    };
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
 * @throws CliError when the engine cannot take so many rows
 */
export async function learn(
  rows: LabelledRows,
  engine: string,
  seed: number,
  signal: AbortSignal,
  onTree: (done: number, total: number, outOfBag: OutOfBag | undefined) => void,
): Promise<Learned> {
  if (engine === 'ml-random-forest') {
    if (rows.labels.length > MAX_ROWS) {
      throw new CliError(
        `${rows.labels.length} labelled flows are too many for ml-random-forest (up to ${MAX_ROWS}); use --engine native`,
      );
    }
    const json = await trainMlRandomForest(rows, SETTINGS.trees + 1, seed);
    onTree(1, 1, undefined);
    return {
      forest: importForest(json, rows.names, 'ml-random-forest'),
      file: json,
      outOfBag: undefined,
      stopped: false,
    };
  }
  const strata = strataOf(rows);
  const grown: GrownForest = await growForest(rows, {
    ...SETTINGS,
    featuresPerSplit: Math.ceil(Math.sqrt(rows.names.length)),
    classWeights: classWeights(rows, strata),
    seed,
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
