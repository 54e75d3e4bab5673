import { setImmediate as turn } from 'node:timers/promises';
import { Random } from '../random.js';
import { codesOf, edgesOf } from './codes.js';
import type { Forest, ForestData } from './forest.js';
import { TreeGrower, type TreeOptions } from './grow.js';

/** Rows that are drawn together: `draws` times with replacement from `rows`. */
export interface Stratum {
  readonly rows: Int32Array;
  readonly draws: number;
}

export interface ForestOptions extends TreeOptions {
  readonly trees: number;
  readonly seed: number;
  /**
   * The rows that it may learn from, all by default. The others are never in a bag, so that `outOfBag` has the word of
   * every tree on them: they are held out.
   */
  readonly rows?: Int32Array;
  /** How each tree's bag is drawn; by default as many rows as there are, each as likely as the others. */
  readonly strata?: readonly Stratum[];
  readonly signal?: AbortSignal;
  /** After every tree. */
  readonly onTree?: (done: number, total: number, outOfBag: OutOfBag) => void;
}

/** What the trees that did not see a row say about it. */
export interface OutOfBag {
  /** Sum of their probabilities, and how many they were. */
  readonly sums: Float64Array;
  readonly trees: Uint16Array;
}

export interface GrownForest {
  readonly forest: Forest;
  readonly outOfBag: OutOfBag;
  /** Interrupted: fewer trees than asked for, at least one. */
  readonly stopped: boolean;
}

/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 50;

/** Trains a random forest. One seed and one order of rows: the same forest on every machine. */
export async function growForest(data: ForestData, options: ForestOptions): Promise<GrownForest> {
  const n = data.labels.length;
  const rows = options.rows ?? Int32Array.from({ length: n }, (_, i) => i);
  const edges = data.columns.map((c) => edgesOf(c, options.rows));
  const codes = data.columns.map((c, f) => codesOf(edges[f]!, c));
  const grower = new TreeGrower(codes, data.labels, options);
  const random = new Random(options.seed);
  const strata = options.strata ?? [{ rows, draws: rows.length }];
  const drawn = new Uint16Array(n);
  const outOfBag: OutOfBag = { sums: new Float64Array(n), trees: new Uint16Array(n) };
  const parts: Int32Array[] = [];
  const roots: number[] = [];
  let nodes = 0;
  let last = performance.now();
  while (roots.length < options.trees) {
    drawn.fill(0);
    for (const stratum of strata) {
      for (let i = 0; i < stratum.draws; i++) {
        const r = stratum.rows[random.below(stratum.rows.length)]!;
        if (drawn[r]! < 65535) drawn[r]!++;
      }
    }
    grower.grow(drawn, random);
    const tree = grower.nodes.slice(0, 2 * grower.count);
    askUnseen(tree, codes, drawn, outOfBag);
    for (let i = 0; i < tree.length; i += 2) if (tree[i]! >= 0) tree[i + 1]! += nodes;
    roots.push(nodes);
    parts.push(tree);
    nodes += grower.count;
    options.onTree?.(roots.length, options.trees, outOfBag);
    if (performance.now() - last > SLICE_MS) {
      await turn();
      last = performance.now();
    }
    if (options.signal?.aborted) break;
  }
  const all = new Int32Array(2 * nodes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return {
    forest: { names: data.names, edges, roots: Int32Array.from(roots), nodes: all },
    outOfBag,
    stopped: roots.length < options.trees,
  };
}

/** The tree's word on the rows that are not in its bag. */
function askUnseen(tree: Int32Array, codes: readonly Uint8Array[], drawn: Uint16Array, into: OutOfBag): void {
  const probabilities = new Float32Array(tree.buffer, tree.byteOffset, tree.length);
  for (let r = 0; r < drawn.length; r++) {
    if (drawn[r] !== 0) continue;
    let at = 0;
    let test = tree[0]!;
    while (test >= 0) {
      at = tree[2 * at + 1]! + (codes[test >>> 16]![r]! > (test & 0xffff) ? 1 : 0);
      test = tree[2 * at]!;
    }
    into.sums[r]! += probabilities[2 * at + 1]!;
    into.trees[r]!++;
  }
}

/** Share of the rows seen by some but not all trees that their unseeing trees get wrong at .5; undefined before any. */
export function outOfBagError(outOfBag: OutOfBag, labels: Uint8Array): number | undefined {
  let rows = 0;
  let wrong = 0;
  for (let r = 0; r < labels.length; r++) {
    const trees = outOfBag.trees[r]!;
    if (trees === 0) continue;
    rows++;
    if (outOfBag.sums[r]! / trees >= 0.5 !== (labels[r] === 1)) wrong++;
  }
  return rows === 0 ? undefined : wrong / rows;
}
