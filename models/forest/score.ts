import { codeOf } from './codes.js';
import type { Forest } from './forest.js';

/** Rows that go through all trees together: their codes stay in the processor's cache. */
const BLOCK = 512;
/** Trees between two looks at which rows can still reach the floor. */
const TREES = 8;
/** A rounded probability is not further from its sum than this. */
const SLACK = 1e-5;
/** The test of a leaf: every code goes left, and its left child is the leaf itself. */
const STAY = 0xffff;

/** Scores rows with a forest; no allocation per row. */
export class ForestScorer {
  readonly #forest: Forest;
  /** The forest's nodes with leaves that lead to themselves: a walk needs no branch to stop. */
  readonly #nodes: Int32Array;
  readonly #probabilities: Float32Array;
  readonly #codes: Uint16Array;
  readonly #sums = new Float64Array(BLOCK + 3);
  /** Place in the block of each row that is still asked about. */
  readonly #places = new Uint16Array(BLOCK + 3);

  constructor(forest: Forest) {
    this.#forest = forest;
    this.#probabilities = new Float32Array(forest.nodes.buffer, forest.nodes.byteOffset, forest.nodes.length);
    this.#nodes = Int32Array.from(forest.nodes);
    for (let i = 0; i < forest.nodes.length; i += 2) {
      if (forest.nodes[i]! >= 0) continue;
      this.#nodes[i] = STAY;
      this.#nodes[i + 1] = i >> 1;
    }
    this.#codes = new Uint16Array((BLOCK + 3) * forest.names.length);
  }

  /**
   * Probabilities of class 1, rounded to 6 decimals, into `out`.
   * @param columns one per feature of the forest, in its order; at least `rows` values each
   * @param floor rows that cannot reach it may be given up: NaN; those that reach it have their probability
   */
  score(columns: readonly Float32Array[], rows: number, out: Float64Array, floor = 0): void {
    const { edges, roots, names } = this.#forest;
    const width = names.length;
    const codes = this.#codes;
    const sums = this.#sums;
    const places = this.#places;
    for (let from = 0; from < rows; from += BLOCK) {
      const count = Math.min(BLOCK, rows - from);
      for (let f = 0; f < width; f++) {
        const column = columns[f]!;
        const list = edges[f]!;
        for (let i = 0; i < count; i++) codes[i * width + f] = codeOf(list, column[from + i]!);
      }
      sums.fill(0);
      for (let i = 0; i < count; i++) places[i] = i;
      out.fill(Number.NaN, from, from + count);
      let left = count;
      for (let t = 0; t < roots.length && left > 0; t++) {
        if (t % TREES === 0 && t > 0)
          left = this.#keep(left, width, (floor - SLACK) * roots.length - (roots.length - t));
        this.#walk(roots[t]!, left, width);
      }
      for (let i = 0; i < left; i++) out[from + places[i]!] = Math.round((sums[i]! / roots.length) * 1e6) / 1e6;
    }
  }

  /** Moves the rows whose sum is at least `least` to the front; returns how many. */
  #keep(count: number, width: number, least: number): number {
    const codes = this.#codes;
    const sums = this.#sums;
    const places = this.#places;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (sums[i]! < least) continue;
      if (kept < i) {
        sums[kept] = sums[i]!;
        places[kept] = places[i]!;
        codes.copyWithin(kept * width, i * width, (i + 1) * width);
      }
      kept++;
    }
    // The walk goes by fours: what it adds beyond the last row counts for none.
    return kept;
  }

  /** Adds one tree's probabilities; four rows walk side by side, so that the processor need not wait for one. */
  #walk(root: number, count: number, width: number): void {
    const nodes = this.#nodes;
    const codes = this.#codes;
    const sums = this.#sums;
    const probabilities = this.#probabilities;
    for (let i = 0; i < count; i += 4) {
      const pa = i * width;
      const pb = pa + width;
      const pc = pb + width;
      const pd = pc + width;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      for (;;) {
        const ta = nodes[a << 1]!;
        const tb = nodes[b << 1]!;
        const tc = nodes[c << 1]!;
        const td = nodes[d << 1]!;
        // The sign of cut - code is 1 where the row goes right.
        const na = nodes[(a << 1) | 1]! + (((ta & 0xffff) - codes[pa + (ta >>> 16)]!) >>> 31);
        const nb = nodes[(b << 1) | 1]! + (((tb & 0xffff) - codes[pb + (tb >>> 16)]!) >>> 31);
        const nc = nodes[(c << 1) | 1]! + (((tc & 0xffff) - codes[pc + (tc >>> 16)]!) >>> 31);
        const nd = nodes[(d << 1) | 1]! + (((td & 0xffff) - codes[pd + (td >>> 16)]!) >>> 31);
        if (((na ^ a) | (nb ^ b) | (nc ^ c) | (nd ^ d)) === 0) break;
        a = na;
        b = nb;
        c = nc;
        d = nd;
      }
      sums[i]! += probabilities[(a << 1) | 1]!;
      sums[i + 1]! += probabilities[(b << 1) | 1]!;
      sums[i + 2]! += probabilities[(c << 1) | 1]!;
      sums[i + 3]! += probabilities[(d << 1) | 1]!;
    }
  }
}
