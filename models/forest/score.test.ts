import { describe, expect, test } from 'vitest';
import { codeOf, EdgeIndex, edgesOf } from './codes.js';
import type { Forest, ForestData } from './forest.js';
import { ForestScorer } from './score.js';
import { madeData } from './testing/made-data.js';
import { treeTops } from './tops.js';
import { growForest } from './train.js';

/** Probabilities by following each node's pointers, one row and one tree at a time. */
function plain(forest: Forest, data: ForestData): Float64Array {
  const words = new Float32Array(forest.nodes.buffer, forest.nodes.byteOffset, forest.nodes.length);
  return Float64Array.from(data.labels, (_, r) => {
    let sum = 0;
    for (const root of forest.roots) {
      let at = root;
      for (let t = forest.nodes[2 * at]!; t >= 0; t = forest.nodes[2 * at]!) {
        const f = t >>> 16;
        at = forest.nodes[2 * at + 1]! + (codeOf(forest.edges[f]!, data.columns[f]![r]!) > (t & 0xffff) ? 1 : 0);
      }
      sum += words[2 * at + 1]!;
    }
    return Math.round((sum / forest.roots.length) * 1e6) / 1e6;
  });
}

const grown = async (features: number, maxDepth: number, minLeaf = 1): Promise<Forest> =>
  (
    await growForest(madeData(1500, 1, features), {
      trees: 20,
      seed: 3,
      featuresPerSplit: 3,
      minLeaf,
      maxDepth,
      classWeights: [1, 1],
    })
  ).forest;

describe('scoring a forest', () => {
  test.each([
    [1, 12, 1],
    [3, 12, 4],
    [9, 12, 10],
    [100, 12, 10],
    [100, 150, 10],
  ])('depth %i, %i features: what following the pointers gives', async (depth, features, levels) => {
    const forest = await grown(features, depth);
    const tops = treeTops(forest, 15, 6);
    expect(tops.levels).toBe(levels);
    expect(tops.ends !== undefined).toBe(depth === 100);
    // No multiple of six rows, and more than one block.
    const held = madeData(4501, 2, features);
    const want = plain(forest, held);
    const out = new Float64Array(4501);
    const scorer = new ForestScorer(forest);
    scorer.score(held.columns, 4501, out);
    expect(out).toEqual(want);
    scorer.score(held.columns, 4501, out, 0.7);
    for (let r = 0; r < out.length; r++) {
      if (want[r]! >= 0.7 || !Number.isNaN(out[r]!)) expect(out[r]).toBe(want[r]);
    }
    expect(out.some((p) => Number.isNaN(p))).toBe(true);
  });

  test('two scorers in turn do not disturb each other', async () => {
    const [a, b] = [await grown(12, 4), await grown(6, 30)];
    const rows = [madeData(100, 4, 12), madeData(100, 5, 6)] as const;
    const scorers = [new ForestScorer(a), new ForestScorer(b)] as const;
    const out = [new Float64Array(100), new Float64Array(100)] as const;
    for (let times = 0; times < 2; times++) {
      for (const k of [0, 1] as const) scorers[k].score(rows[k].columns, 100, out[k]);
    }
    expect(out[0]).toEqual(plain(a, rows[0]));
    expect(out[1]).toEqual(plain(b, rows[1]));
  });

  test('deep trees of few nodes get fewer full levels, not more memory', () => {
    // A chain of 40 tests: each sends code 0 left to a leaf, the rest on.
    const nodes = new Int32Array(2 * 81);
    const words = new Float32Array(nodes.buffer);
    let at = 0;
    for (let k = 0; k < 40; k++) {
      nodes[2 * at] = (k % 2) << 16;
      nodes[2 * at + 1] = 2 * k + 1;
      nodes[2 * (2 * k + 1)] = -1;
      words[2 * (2 * k + 1) + 1] = k / 40;
      at = 2 * k + 2;
    }
    nodes[2 * at] = -1;
    words[2 * at + 1] = 1;
    const edges = [Float64Array.of(0), Float64Array.of(0)];
    const forest: Forest = { names: ['a', 'b'], edges, roots: Int32Array.of(0, 0, 0), nodes };
    const tops = treeTops(forest, 15, 6);
    expect(tops.levels).toBe(4);
    const data: ForestData = {
      names: forest.names,
      columns: [Float32Array.of(1, Number.NaN, 1), Float32Array.of(1, 1, Number.NaN)],
      labels: new Uint8Array(3),
    };
    const out = new Float64Array(3);
    new ForestScorer(forest).score(data.columns, 3, out);
    expect([...out]).toEqual([1, 0, 0.025]);
  });
});

describe('codes by an index of the edges', () => {
  const odd = [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -0, 1e308, -1e308, 5e-324];
  test.each([
    ['none', []],
    ['one', [3]],
    ['close together', [1, 1 + Number.EPSILON, 1 + 2 * Number.EPSILON]],
    ['far apart', [-1e308, 0, 1e308]],
    ['skewed', Array.from({ length: 254 }, (_, i) => 1.09 ** i)],
    ['many', Array.from({ length: 60_000 }, (_, i) => Math.sqrt(i))],
    ['of a column', [...edgesOf(madeData(1500, 1, 1).columns[0]!)]],
  ])('%s: what a search through all of them gives', (_, list) => {
    const edges = Float64Array.from(list);
    const index = new EdgeIndex(edges);
    const spread = (edges.at(-1) ?? 0) - (edges[0] ?? 0);
    const between = Array.from({ length: 2000 }, (_, i) => (edges[0] ?? 0) + spread * (i / 1990 - 0.002));
    for (const value of [...odd, ...edges.slice(0, 500), ...between]) {
      expect(index.codeOf(value)).toBe(codeOf(edges, value));
    }
  });
});
