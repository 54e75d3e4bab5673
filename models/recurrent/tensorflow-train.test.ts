import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { toLayersModel } from './layers-model.js';
import { loadTensorflow } from './tensorflow.js';
import { trainWithTensorflow } from './tensorflow-train.js';

const tensorflow = await loadTensorflow();
if (typeof tensorflow === 'string') console.log(`skipped: ${tensorflow}`);

describe.skipIf(typeof tensorflow === 'string')('training through TensorFlow.js', () => {
  it('learns, and its weights score the same here and there', { timeout: 300_000 }, async () => {
    if (typeof tensorflow === 'string') return;
    const random = new Random(2);
    // Malicious ones repeat one letter, the others do not.
    const sequences = Array.from({ length: 40 }, (_, i) => ({
      codes: Uint8Array.from({ length: 12 + (i % 5) }, (_, k) =>
        i % 2 ? 1 + (i % 20) : 1 + ((i * 7 + k * k * 3) % 20),
      ),
      label: (i % 2) as 0 | 1,
      weight: 1,
    }));
    const losses: number[] = [];
    const recipe = {
      epochs: 12,
      batch: 8,
      rate: 0.02,
      decay: 0,
      dropout: 0,
      smoothing: 0.02,
      longest: 20,
      prefixes: 0,
      shortest: 5,
      noise: 0,
    };
    const { network, stopped } = await trainWithTensorflow(
      tensorflow,
      sequences,
      { ...recipe, shape: { vocabulary: 21, embedding: 6, units: 6, dense: 6 } },
      random,
      { progress: (_, loss) => losses.push(loss) },
    );
    expect(stopped).toBe(false);
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
    const there = (await tensorflow.open(toLayersModel(network.parameters, 0))).scores(sequences.map((s) => s.codes));
    for (const [i, s] of sequences.entries()) {
      expect(Math.abs(network.score(s.codes) - there[i]!)).toBeLessThan(1e-5);
      expect(network.score(s.codes) > 0.5).toBe(s.label === 1);
    }
  });
});
