import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { fromLayersModel, toLayersModel } from './layers-model.js';
import { Network } from './network.js';
import { randomParameters } from './parameters.js';
import { loadTensorflow } from './tensorflow.js';

const shape = { vocabulary: 51, embedding: 8, units: 6, dense: 5 };
const parameters = randomParameters(shape, new Random(4));
const network = new Network(parameters);
const saved = toLayersModel(parameters, 0.3);
const random = new Random(9);
const sequences = Array.from({ length: 20 }, (_, i) =>
  Uint8Array.from({ length: 1 + i * 3 }, () => 1 + random.below(50)),
);

const tensorflow = await loadTensorflow();
if (typeof tensorflow === 'string') console.log(`skipped: ${tensorflow}`);

describe('layers model', () => {
  it('comes back as it was', () => {
    const read = new Network(fromLayersModel(saved.json, saved.weights, 'm'));
    for (const s of sequences) expect(read.score(s)).toBe(network.score(s));
  });

  it('refuses what is another network', () => {
    expect(() => fromLayersModel('{', saved.weights, 'm')).toThrow(/m: model.json is not JSON/);
    expect(() => fromLayersModel('{}', saved.weights, 'm')).toThrow(/no weights/);
    expect(() => fromLayersModel(saved.json, saved.weights.subarray(4), 'm')).toThrow(/length/);
    expect(() =>
      fromLayersModel(saved.json.replace('"reset_after":false', '"reset_after":true'), saved.weights, 'm'),
    ).toThrow(/recurrent/);
    expect(() => fromLayersModel(saved.json.replace('[51,8]', '[51,9]'), saved.weights, 'm')).toThrow(/kernel/);
    const bad = Uint8Array.from(saved.weights);
    bad.fill(255, 0, 4);
    expect(() => fromLayersModel(saved.json, bad, 'm')).toThrow(/no numbers/);
  });

  it.skipIf(typeof tensorflow === 'string')(
    'scores the same in TensorFlow.js, padded before, after or not',
    async () => {
      if (typeof tensorflow === 'string') return;
      const scorer = await tensorflow.open(saved);
      for (const s of sequences) {
        const own = network.score(s);
        for (const padded of [s, Uint8Array.of(...s, 0, 0, 0, 0, 0), Uint8Array.of(0, 0, 0, ...s)]) {
          expect(Math.abs(scorer.scores([padded])[0]! - own)).toBeLessThan(1e-5);
        }
      }
    },
    120_000,
  );
});
