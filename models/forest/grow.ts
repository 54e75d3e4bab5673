import type { Random } from '../random.js';
import { LEAF } from './forest.js';

export interface TreeOptions {
  /** Features looked at per split; a feature that is constant in the node does not count. */
  readonly featuresPerSplit: number;
  /** Rows (as drawn) that each side of a split has at least. */
  readonly minLeaf: number;
  readonly maxDepth: number;
  /** Weights of class 0 and 1. */
  readonly classWeights: readonly [number, number];
}

/** Distinct rows up to which a node is sorted instead of counted into a histogram. */
const SMALL = 40;
/** A better split has to be better by more than rounding. */
const EPSILON = 1e-9;

/**
 * Grows trees on coded rows; everything it needs is allocated once. Splits lower the weighted Gini impurity most; ties
 * go to the feature that was drawn first and the lowest cut.
 */
export class TreeGrower {
  /** Two words per node, as in `Forest.nodes`; child numbers count from the tree's root. */
  nodes = new Int32Array(1024);
  /** Nodes of the tree that was grown last. */
  count = 0;
  readonly #codes: readonly Uint8Array[];
  readonly #labels: Uint8Array;
  readonly #options: TreeOptions;
  readonly #rows: Int32Array;
  readonly #spare: Int32Array;
  /** `drawn << 1 | label` of each row of the bag, in the order of `#rows`. */
  readonly #packed: Int32Array;
  readonly #sparePacked: Int32Array;
  readonly #histogram = new Int32Array(512);
  readonly #keys = new Int32Array(SMALL);
  readonly #weights = new Int32Array(SMALL);
  readonly #features: Int32Array;
  #probabilities = new Float32Array(this.nodes.buffer);
  // The best split of the node at work.
  #bestScore = 0;
  #bestFeature = -1;
  #bestCut = 0;

  constructor(codes: readonly Uint8Array[], labels: Uint8Array, options: TreeOptions) {
    const n = labels.length;
    this.#codes = codes;
    this.#labels = labels;
    this.#options = options;
    this.#rows = new Int32Array(n);
    this.#spare = new Int32Array(n);
    this.#packed = new Int32Array(n);
    this.#sparePacked = new Int32Array(n);
    this.#features = Int32Array.from(codes, (_, f) => f);
  }

  /** Grows one tree; `drawn` says how often each row is in the bag. */
  grow(drawn: Uint16Array, random: Random): void {
    const rows = this.#rows;
    const packed = this.#packed;
    let bag = 0;
    let n0 = 0;
    let n1 = 0;
    for (let r = 0; r < drawn.length; r++) {
      const times = drawn[r]!;
      if (times === 0) continue;
      const label = this.#labels[r]!;
      rows[bag] = r;
      packed[bag++] = (times << 1) | label;
      if (label) n1 += times;
      else n0 += times;
    }
    this.count = 0;
    const root = this.#add();
    // Open nodes: number, first row, end, depth, drawn rows of class 0 and 1.
    const stack: number[] = [root, 0, bag, 0, n0, n1];
    while (stack.length > 0) {
      const c1 = stack.pop()!;
      const c0 = stack.pop()!;
      const depth = stack.pop()!;
      const end = stack.pop()!;
      const from = stack.pop()!;
      const node = stack.pop()!;
      if (
        c0 === 0 ||
        c1 === 0 ||
        depth >= this.#options.maxDepth ||
        c0 + c1 < 2 * this.#options.minLeaf ||
        !this.#split(from, end, c0, c1, random)
      ) {
        this.#leaf(node, c0, c1);
        continue;
      }
      const feature = this.#bestFeature;
      const cut = this.#bestCut;
      const middle = this.#partition(from, end, this.#codes[feature]!, cut);
      let l0 = 0;
      let l1 = 0;
      for (let i = from; i < middle; i++) {
        const p = packed[i]!;
        if (p & 1) l1 += p >> 1;
        else l0 += p >> 1;
      }
      const left = this.#add();
      const right = this.#add();
      this.nodes[2 * node] = (feature << 16) | cut;
      this.nodes[2 * node + 1] = left;
      stack.push(right, middle, end, depth + 1, c0 - l0, c1 - l1);
      stack.push(left, from, middle, depth + 1, l0, l1);
    }
  }

  #add(): number {
    if (2 * this.count + 2 > this.nodes.length) {
      const bigger = new Int32Array(this.nodes.length * 2);
      bigger.set(this.nodes);
      this.nodes = bigger;
      this.#probabilities = new Float32Array(bigger.buffer);
    }
    return this.count++;
  }

  #leaf(node: number, c0: number, c1: number): void {
    const [w0, w1] = this.#options.classWeights;
    this.nodes[2 * node] = LEAF;
    this.#probabilities[2 * node + 1] = (w1 * c1) / (w0 * c0 + w1 * c1);
  }

  /** Rows whose code is at most the cut to the front, both sides in their order. Returns where the right side begins. */
  #partition(from: number, end: number, codes: Uint8Array, cut: number): number {
    const rows = this.#rows;
    const packed = this.#packed;
    const spare = this.#spare;
    const sparePacked = this.#sparePacked;
    let to = from;
    let kept = 0;
    for (let i = from; i < end; i++) {
      const r = rows[i]!;
      if (codes[r]! <= cut) {
        rows[to] = r;
        packed[to++] = packed[i]!;
      } else {
        spare[kept] = r;
        sparePacked[kept++] = packed[i]!;
      }
    }
    for (let k = 0; k < kept; k++) {
      rows[to + k] = spare[k]!;
      packed[to + k] = sparePacked[k]!;
    }
    return to;
  }

  /** Looks for the best split of a node among features drawn at random; false when there is none. */
  #split(from: number, end: number, c0: number, c1: number, random: Random): boolean {
    const [w0, w1] = this.#options.classWeights;
    const features = this.#features;
    const a0 = w0 * c0;
    const a1 = w1 * c1;
    this.#bestFeature = -1;
    this.#bestScore = (a0 * a0 + a1 * a1) / (a0 + a1) + EPSILON;
    let looked = 0;
    for (let k = 0; k < features.length && looked < this.#options.featuresPerSplit; k++) {
      const pick = k + random.below(features.length - k);
      const f = features[pick]!;
      features[pick] = features[k]!;
      features[k] = f;
      const varies =
        end - from <= SMALL
          ? this.#sorted(f, from, end, a0, a1, c0 + c1)
          : this.#counted(f, from, end, a0, a1, c0 + c1);
      if (varies) looked++;
    }
    return this.#bestFeature >= 0;
  }

  /** A big node: rows counted per code and class. Returns whether the feature varies. */
  #counted(f: number, from: number, end: number, a0: number, a1: number, total: number): boolean {
    const codes = this.#codes[f]!;
    const rows = this.#rows;
    const packed = this.#packed;
    const h = this.#histogram;
    h.fill(0);
    for (let i = from; i < end; i++) {
      const p = packed[i]!;
      h[(codes[rows[i]!]! << 1) | (p & 1)]! += p >> 1;
    }
    let previous = -1;
    let l0 = 0;
    let l1 = 0;
    for (let b = 0; b < 256; b++) {
      const b0 = h[2 * b]!;
      const b1 = h[2 * b + 1]!;
      if (b0 + b1 === 0) continue;
      if (previous >= 0) this.#consider(f, previous, b, l0, l1, a0, a1, total);
      l0 += b0;
      l1 += b1;
      if (previous < 0 && l0 + l1 === total) return false;
      previous = b;
    }
    return true;
  }

  /** A small node: its rows sorted by code. */
  #sorted(f: number, from: number, end: number, a0: number, a1: number, total: number): boolean {
    const codes = this.#codes[f]!;
    const rows = this.#rows;
    const packed = this.#packed;
    const keys = this.#keys;
    const weights = this.#weights;
    const n = end - from;
    for (let i = 0; i < n; i++) {
      const key = codes[rows[from + i]!]!;
      const weight = packed[from + i]!;
      let j = i - 1;
      while (j >= 0 && keys[j]! > key) {
        keys[j + 1] = keys[j]!;
        weights[j + 1] = weights[j]!;
        j--;
      }
      keys[j + 1] = key;
      weights[j + 1] = weight;
    }
    if (keys[0] === keys[n - 1]) return false;
    let l0 = 0;
    let l1 = 0;
    for (let i = 0; i + 1 < n; i++) {
      const p = weights[i]!;
      if (p & 1) l1 += p >> 1;
      else l0 += p >> 1;
      if (keys[i] !== keys[i + 1]) this.#consider(f, keys[i]!, keys[i + 1]!, l0, l1, a0, a1, total);
    }
    return true;
  }

  /** A split between two codes that rows have: kept when it is the best so far. */
  #consider(
    f: number,
    below: number,
    above: number,
    l0: number,
    l1: number,
    a0: number,
    a1: number,
    total: number,
  ): void {
    const { minLeaf, classWeights } = this.#options;
    const left = l0 + l1;
    if (left < minLeaf || total - left < minLeaf) return;
    const x0 = classWeights[0] * l0;
    const x1 = classWeights[1] * l1;
    const y0 = a0 - x0;
    const y1 = a1 - x1;
    const score = (x0 * x0 + x1 * x1) / (x0 + x1) + (y0 * y0 + y1 * y1) / (y0 + y1);
    if (score <= this.#bestScore) return;
    this.#bestScore = score;
    this.#bestFeature = f;
    // Halfway between the two, but unknown values keep a side of their own.
    this.#bestCut = below === 0 ? 0 : (below + above - 1) >> 1;
  }
}
