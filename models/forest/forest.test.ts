import fc from 'fast-check';
import { RandomForestClassifier } from 'ml-random-forest';
import { describe, expect, test } from 'vitest';
import { auc } from '../metrics.js';
import { Random } from '../random.js';
import { codeOf, codesOf, edgesOf } from './codes.js';
import { type Forest, type ForestData, LEAF, readForest, writeForest } from './forest.js';
import { TreeGrower } from './grow.js';
import { permutationImportance } from './importance.js';
import { importForest, trainMlRandomForest } from './ml-random-forest.js';
import { ForestScorer } from './score.js';
import { madeData, slice } from './testing/made-data.js';
import { sklearn, sklearnMissing } from './testing/sklearn.js';
import { type ForestOptions, growForest, outOfBagError } from './train.js';

const OPTIONS: ForestOptions = {
  trees: 40,
  seed: 7,
  featuresPerSplit: 3,
  minLeaf: 1,
  maxDepth: 100,
  classWeights: [1, 1],
};

const scoresOf = (forest: Forest, data: ForestData): Float64Array => {
  const out = new Float64Array(data.labels.length);
  new ForestScorer(forest).score(data.columns, out.length, out);
  return out;
};

describe('codes', () => {
  test('two values have one code exactly when no edge lies between them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 300 }), (values) => {
        const column = Float32Array.from(values);
        const edges = edgesOf(column);
        const codes = codesOf(edges, column);
        for (let i = 1; i < values.length; i++) {
          expect(Math.sign(codes[i]! - codes[0]!)).toBe(Math.sign(values[i]! - values[0]!));
        }
      }),
    );
  });

  test('many values: at most 254 edges, about as many rows between any two, unknown apart', () => {
    const random = new Random(3);
    const column = Float32Array.from({ length: 50_000 }, (_, i) => (i % 10 === 0 ? Number.NaN : random.unit() ** 4));
    const edges = edgesOf(column);
    expect(edges.length).toBeGreaterThan(240);
    expect(edges.length).toBeLessThanOrEqual(254);
    const counts = new Int32Array(256);
    for (const c of codesOf(edges, column)) counts[c]!++;
    expect(counts[0]).toBe(5000);
    expect(Math.max(...counts.subarray(1))).toBeLessThan(1.5 * (45_000 / 255));
    expect(codeOf(edges, Number.NEGATIVE_INFINITY)).toBe(1);
  });
});

/** Weighted Gini impurity of the best split by trying every feature and cut. */
function bestByHand(codes: readonly Uint8Array[], labels: Uint8Array): number {
  const impurity = (rows: number[]): number => {
    const ones = rows.filter((r) => labels[r]).length;
    const zeros = rows.length - ones;
    return rows.length === 0 ? 0 : rows.length - (ones * ones + zeros * zeros) / rows.length;
  };
  const all = Array.from(labels, (_, r) => r);
  let best = Number.POSITIVE_INFINITY;
  for (const column of codes) {
    for (const cut of new Set(column)) {
      const left = all.filter((r) => column[r]! <= cut);
      const right = all.filter((r) => column[r]! > cut);
      if (left.length > 0 && right.length > 0) best = Math.min(best, impurity(left) + impurity(right));
    }
  }
  return best;
}

test('the first split is the best there is, in small nodes and in big ones', () => {
  for (const rows of [5, 12, 39, 41, 90]) {
    for (let seed = 1; seed <= 15; seed++) {
      const random = new Random(seed * 1000 + rows);
      const labels = Uint8Array.from({ length: rows }, () => random.below(2));
      if (new Set(labels).size < 2) continue;
      const codes = [0, 1, 2].map(() => Uint8Array.from({ length: rows }, () => random.below(6)));
      const grower = new TreeGrower(codes, labels, { ...OPTIONS, featuresPerSplit: 3, maxDepth: 1 });
      grower.grow(new Uint16Array(rows).fill(1), random);
      if (grower.nodes[0] === LEAF) continue;
      const column = codes[grower.nodes[0]! >>> 16]!;
      const cut = grower.nodes[0]! & 0xffff;
      const side = (left: boolean): number => {
        const inside = Array.from(labels).filter((_, r) => column[r]! <= cut === left);
        const ones = inside.filter((l) => l === 1).length;
        return inside.length - (ones * ones + (inside.length - ones) ** 2) / inside.length;
      };
      expect(side(true) + side(false)).toBeCloseTo(bestByHand(codes, labels), 6);
    }
  }
});

describe('forest', () => {
  const all = madeData(4000, 1);
  const train = slice(all, 0, 3000);
  const held = slice(all, 3000, 4000);

  test('with a floor, rows that reach it have the same score and some of the others are given up', async () => {
    const { forest } = await growForest(train, OPTIONS);
    const scores = scoresOf(forest, held);
    for (const floor of [0.05, 0.5, 0.9]) {
      const above = new Float64Array(scores.length);
      new ForestScorer(forest).score(held.columns, above.length, above, floor);
      expect(above.filter((x, i) => scores[i]! >= floor && x !== scores[i])).toEqual(new Float64Array());
      expect(above.filter((x, i) => !Number.isNaN(x) && x !== scores[i])).toEqual(new Float64Array());
      if (floor > 0.05) expect(above.some(Number.isNaN)).toBe(true);
    }
  });

  test('one seed gives the same bytes, another seed others', async () => {
    const a = writeForest((await growForest(train, OPTIONS)).forest);
    expect(Buffer.compare(writeForest((await growForest(train, OPTIONS)).forest), a)).toBe(0);
    expect(Buffer.compare(writeForest((await growForest(train, { ...OPTIONS, seed: 8 })).forest), a)).not.toBe(0);
  });

  test('out-of-bag scores are as good as those of rows held out', async () => {
    const grown = await growForest(train, { ...OPTIONS, trees: 100 });
    const outOfBag = Float64Array.from(grown.outOfBag.sums, (s, r) => s / Math.max(1, grown.outOfBag.trees[r]!));
    const seen = auc(outOfBag, train.labels)!;
    const unseen = auc(scoresOf(grown.forest, held), held.labels)!;
    expect(unseen).toBeGreaterThan(0.8);
    expect(Math.abs(seen - unseen)).toBeLessThan(0.03);
    expect(outOfBagError(grown.outOfBag, train.labels)).toBeLessThan(0.25);
  });

  test('written and read again it scores the same; damaged it is refused', async () => {
    const { forest } = await growForest(train, OPTIONS);
    const bytes = writeForest(forest);
    expect(scoresOf(readForest(bytes, 'm'), held)).toEqual(scoresOf(forest, held));
    expect(() => readForest(bytes.subarray(0, 40), 'm')).toThrow(/cut short/);
    expect(() => readForest(bytes.subarray(0, bytes.length - 8), 'm')).toThrow(/trees are damaged/);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        let read: Forest;
        try {
          read = readForest(damaged, 'm');
        } catch (error) {
          expect((error as Error).name).toBe('CliError');
          return;
        }
        // What passes the check ends its walks and stays a probability.
        for (const s of scoresOf(read, slice(held, 0, 5))) expect(s >= 0 && s <= 1).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('importance is high where the classes differ and near 0 for noise', async () => {
    const { forest } = await growForest(train, { ...OPTIONS, trees: 100 });
    const importance = permutationImportance(forest, held, 1) as number[];
    // f0 and f6 carry most, f5 and f11 nothing.
    expect(Math.min(importance[0]!, importance[6]!)).toBeGreaterThan(0.01);
    expect(Math.max(Math.abs(importance[5]!), Math.abs(importance[11]!))).toBeLessThan(0.01);
  });

  test('class weights move scores towards the heavier class', async () => {
    const mean = (s: Float64Array): number => s.reduce((a, b) => a + b, 0) / s.length;
    const light = await growForest(train, { ...OPTIONS, minLeaf: 20 });
    const heavy = await growForest(train, { ...OPTIONS, minLeaf: 20, classWeights: [1, 5] });
    expect(mean(scoresOf(heavy.forest, held))).toBeGreaterThan(mean(scoresOf(light.forest, held)) + 0.15);
  });

  test('strata: rows of no stratum are never in a bag', async () => {
    const rows = Int32Array.from({ length: 1000 }, (_, i) => i);
    const grown = await growForest(train, { ...OPTIONS, trees: 5, strata: [{ rows, draws: 500 }] });
    expect(grown.outOfBag.trees[999]).toBeLessThanOrEqual(5);
    expect(grown.outOfBag.trees.subarray(1000).every((t) => t === 5)).toBe(true);
  });

  test('an interrupt keeps the trees so far', async () => {
    const stop = new AbortController();
    const grown = await growForest(train, {
      ...OPTIONS,
      trees: 500,
      signal: stop.signal,
      onTree: (done) => done === 3 && stop.abort(),
    });
    expect(grown.stopped).toBe(true);
    expect(grown.forest.roots.length).toBe(3);
    expect(auc(scoresOf(grown.forest, held), held.labels)!).toBeGreaterThan(0.6);
  });
});

describe('ml-random-forest', () => {
  const all = madeData(500, 5, 6);
  const train = slice(all, 0, 150);

  test('its JSON gives the labels that it gives itself, ties too', async () => {
    for (const trees of [1, 2, 6, 11]) {
      const json = await trainMlRandomForest(train, trees, 3);
      const theirs = RandomForestClassifier.load(JSON.parse(json) as never);
      const rows = Array.from({ length: 500 }, (_, i) => all.columns.map((c) => (Number.isNaN(c[i]!) ? -1e9 : c[i]!)));
      const ours = scoresOf(importForest(json, all.names, 'm'), all);
      expect(Array.from(ours, (s) => (s >= 0.5 ? 1 : 0))).toEqual(theirs.predict(rows));
    }
  });

  test('other JSON is refused', () => {
    expect(() => importForest('{', ['a'], 'm')).toThrow(/not JSON/);
    expect(() => importForest('{"name":"RFClassifier"}', ['a'], 'm')).toThrow(/no trees/);
    const split = { splitColumn: 9, splitValue: 1, left: {}, right: {} };
    const json = JSON.stringify({ name: 'RFClassifier', baseModel: { estimators: [{ root: split }], indexes: [[0]] } });
    expect(() => importForest(json, ['a'], 'm')).toThrow(/without a feature/);
  });

  test('too many rows are refused at once', async () => {
    await expect(trainMlRandomForest(madeData(2001, 1, 1), 1, 1)).rejects.toThrow(/too many/);
  });
});

const missing = sklearnMissing();
test.skipIf(missing !== undefined)(
  `as good as scikit-learn on the same rows${missing ? ` (${missing})` : ''}`,
  async () => {
    const all = madeData(12_000, 11);
    const train = slice(all, 0, 8000);
    const held = slice(all, 8000, 12_000);
    const theirs = sklearn(train, held, { trees: 100, minLeaf: 1, seed: 1 }).scores;
    const ours = scoresOf((await growForest(train, { ...OPTIONS, trees: 100 })).forest, held);
    expect(Math.abs(auc(ours, held.labels)! - auc(theirs, held.labels)!)).toBeLessThan(0.01);
    let together = 0;
    let apart = 0;
    for (let i = 0; i < ours.length; i++) {
      if (ours[i]! >= 0.5 === theirs[i]! >= 0.5) together++;
      apart += Math.abs(ours[i]! - theirs[i]!);
    }
    expect(together / ours.length).toBeGreaterThan(0.93);
    expect(apart / ours.length).toBeLessThan(0.05);
  },
);
