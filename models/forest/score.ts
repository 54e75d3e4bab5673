import { EdgeIndex } from './codes.js';
import type { Forest } from './forest.js';
import { TOP, type TreeTops, treeTops } from './tops.js';

/** Rows that go through all trees together, at most: their codes stay in the second cache, a tree is fetched seldom. */
const BLOCK = 2040;
/**
 * Rows that walk side by side, so that the processor need not wait for one. Their codes lie side by side too, feature by
 * feature: one number is the place of all six.
 */
const ABREAST = 6;
/** Trees between two looks at which rows can still reach the floor. */
const TREES = 8;
/** A rounded probability is not further from its sum than this. */
const SLACK = 1e-5;
/** Bits below the cut in a test: the place of its feature's codes. Codes are moved up as far. */
const PLACE = 15;

// What a walk reads and writes. All scorers share it, as `score` ends before another begins: the compiler then knows where
// each array is and how long, which leaves the processor's registers to the rows. Half as fast again.
const codes = new Int32Array(1 << 17);
const tests = new Int32Array(TOP);
const leaves = new Float32Array(TOP);
const sums = new Float64Array(BLOCK);
/** Place below the top of the tree at work that each row reached. */
const reached = new Uint16Array(BLOCK);
/** Where each row's codes are: that of feature f lies ABREAST × f further. */
const bases = new Int32Array(BLOCK);
/** Rows that go on below the top, and the word of the node that each is at. */
const onRow = new Uint16Array(BLOCK);
const onNode = new Int32Array(BLOCK);
/** Place in the block of each row that is still asked about. */
const places = new Uint16Array(BLOCK);

/** One level down the top of a tree: the child's place. Small, so that the compiler puts it where it is called. */
const down = (row: number, at: number): number => {
  const test = tests[at]!;
  // The sign of test - code is 1 where the row goes right.
  return (at << 1) + ((test - codes[row + (test & 0x7fff)]!) >>> 31);
};

/** Scores rows with a forest; no allocation per row. */
export class ForestScorer {
  readonly #forest: Forest;
  readonly #probabilities: Float32Array;
  readonly #tops: TreeTops;
  readonly #indexes: readonly EdgeIndex[];
  /** Rows per block: fewer where there are many features. */
  readonly #block: number;

  constructor(forest: Forest) {
    this.#forest = forest;
    this.#indexes = forest.edges.map((e) => new EdgeIndex(e));
    this.#probabilities = new Float32Array(forest.nodes.buffer, forest.nodes.byteOffset, forest.nodes.length);
    this.#tops = treeTops(forest, PLACE, ABREAST);
    this.#block = ABREAST * Math.floor(Math.min(BLOCK, codes.length / forest.names.length) / ABREAST);
  }

  /**
   * Probabilities of class 1, rounded to 6 decimals, into `out`.
   * @param columns one per feature of the forest, in its order; at least `rows` values each
   * @param floor rows that cannot reach it may be given up: NaN; those that reach it have their probability
   */
  score(columns: readonly Float32Array[], rows: number, out: Float64Array, floor = 0): void {
    const { roots, names } = this.#forest;
    const width = names.length;
    for (let i = 0; i < Math.min(rows, this.#block); i++) bases[i] = (i - (i % ABREAST)) * width + (i % ABREAST);
    for (let from = 0; from < rows; from += this.#block) {
      const count = Math.min(this.#block, rows - from);
      for (let f = 0; f < width; f++) {
        const column = columns[f]!;
        const first = ABREAST * f;
        const index = this.#indexes[f]!;
        for (let i = 0; i < count; i++) codes[bases[i]! + first] = index.codeOf(column[from + i]!) << PLACE;
      }
      sums.fill(0);
      for (let i = 0; i < count; i++) places[i] = i;
      out.fill(Number.NaN, from, from + count);
      let left = count;
      for (let t = 0; t < roots.length && left > 0; t++) {
        if (t % TREES === 0 && t > 0) left = keep(left, width, (floor - SLACK) * roots.length - (roots.length - t));
        this.#add(t, left, width);
      }
      for (let i = 0; i < left; i++) out[from + places[i]!] = Math.round((sums[i]! / roots.length) * 1e6) / 1e6;
    }
  }

  /** Adds one tree's probabilities. */
  #add(tree: number, count: number, width: number): void {
    const { levels, ends } = this.#tops;
    const first = tree << levels;
    const next = (tree + 1) << levels;
    tests.set(this.#tops.tests.subarray(first, next));
    leaves.set(this.#tops.leaves.subarray(first, next));
    walk(levels, count, width);
    if (ends === undefined) return;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const end = ends[first + reached[i]!]!;
      if (end < 0) continue;
      onNode[left] = end << 1;
      onRow[left++] = i;
    }
    this.#below(left);
  }

  /** The rest of the walks that go on below the top, a level of all of them at a time. */
  #below(count: number): void {
    const { nodes } = this.#forest;
    const probabilities = this.#probabilities;
    for (let left = count; left > 0; ) {
      let kept = 0;
      for (let k = 0; k < left; k++) {
        const at = onNode[k]!;
        const row = onRow[k]!;
        const test = nodes[at]!;
        if (test < 0) {
          sums[row]! += probabilities[at + 1]!;
          continue;
        }
        const code = codes[bases[row]! + ABREAST * (test >>> 16)]! >> PLACE;
        // The sign of cut - code is 1 where the row goes right.
        onNode[kept] = (nodes[at + 1]! + (((test & 0xffff) - code) >>> 31)) << 1;
        onRow[kept++] = row;
      }
      left = kept;
    }
  }
}

/** Moves the rows whose sum is at least `least` to the front; returns how many. */
function keep(count: number, width: number, least: number): number {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (sums[i]! < least) continue;
    if (kept < i) {
      sums[kept] = sums[i]!;
      places[kept] = places[i]!;
      for (let f = 0; f < ABREAST * width; f += ABREAST) codes[bases[kept]! + f] = codes[bases[i]! + f]!;
    }
    kept++;
  }
  return kept;
}

/**
 * Goes down the top of the tree at work: the place that each row reaches, and its probability added where a leaf is there.
 * Rows go by sixes: what the last six add beyond the last row counts for none.
 */
function walk(levels: number, count: number, width: number): void {
  const root = tests[1]!;
  const last = 1 << levels;
  for (let i = 0; i < count; i += ABREAST) {
    const row = i * width;
    const at = row + (root & 0x7fff);
    let a = 2 + ((root - codes[at]!) >>> 31);
    let b = 2 + ((root - codes[at + 1]!) >>> 31);
    let c = 2 + ((root - codes[at + 2]!) >>> 31);
    let d = 2 + ((root - codes[at + 3]!) >>> 31);
    let e = 2 + ((root - codes[at + 4]!) >>> 31);
    let f = 2 + ((root - codes[at + 5]!) >>> 31);
    // Three levels at once: the loop's own work is felt.
    for (let level = 1; level < levels; level += 3) {
      a = down(row, a);
      b = down(row + 1, b);
      c = down(row + 2, c);
      d = down(row + 3, d);
      e = down(row + 4, e);
      f = down(row + 5, f);
      a = down(row, a);
      b = down(row + 1, b);
      c = down(row + 2, c);
      d = down(row + 3, d);
      e = down(row + 4, e);
      f = down(row + 5, f);
      a = down(row, a);
      b = down(row + 1, b);
      c = down(row + 2, c);
      d = down(row + 3, d);
      e = down(row + 4, e);
      f = down(row + 5, f);
    }
    add(i, a - last);
    add(i + 1, b - last);
    add(i + 2, c - last);
    add(i + 3, d - last);
    add(i + 4, e - last);
    add(i + 5, f - last);
  }
}

const add = (row: number, end: number): void => {
  reached[row] = end;
  sums[row]! += leaves[end]!;
};
