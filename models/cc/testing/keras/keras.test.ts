import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../../test/support/temp-dir.js';
import { Random } from '../../../random.js';
import { Network } from '../../../recurrent/network.js';
import { type DirectionWeights, randomParameters } from '../../../recurrent/parameters.js';
import { readKeras } from './keras-file.js';
import { type KerasNetwork, kerasScore } from './keras-network.js';

const shape = { vocabulary: 51, embedding: 5, units: 4, dense: 3 };
const folder = tempDir('keras');

/** Weights of which our own network is the same function: where the candidate does not read the state, both GRUs agree. */
function same(): { own: Network; keras: KerasNetwork } {
  const p = randomParameters(shape, new Random(3));
  const { units } = shape;
  for (const w of [p.forward, p.backward]) {
    for (let u = 0; u < units; u++) w.recurrent.fill(0, u * 3 * units + 2 * units, (u + 1) * 3 * units);
    for (let g = 0; g < 3 * units; g++) w.bias[g] = 0.1 * g - 0.5;
  }
  const direction = (w: DirectionWeights): KerasNetwork['forward'] => ({
    kernel: w.kernel,
    recurrent: w.recurrent,
    bias: w.bias.map((b, g) => (g < 2 * units ? b / 2 : b)),
    recurrentBias: w.bias.map((b, g) => (g < 2 * units ? b / 2 : 0)),
  });
  const keras: KerasNetwork = {
    vocabulary: shape.vocabulary,
    width: shape.embedding,
    units,
    embedding: p.embedding,
    forward: direction(p.forward),
    backward: direction(p.backward),
    dense: p.dense,
    denseBias: p.denseBias,
    output: p.output,
    outputBias: p.outputBias[0]!,
  };
  return { own: new Network(p), keras };
}

/** A file in the layout of Keras 2 (names end with :0) or 3. */
async function writeKeras(path: string, k: KerasNetwork, suffix: string): Promise<void> {
  const { default: h5 } = await import('h5wasm/node');
  const { FS } = await h5.ready;
  const file = new h5.File('/made.h5', 'w');
  const put = (name: string, values: Float64Array, dims: number[]): void => {
    const parts = name.split('/');
    for (let i = 1; i < parts.length; i++) {
      const group = parts.slice(0, i).join('/');
      if (file.get(group) === null) file.create_group(group);
    }
    file.create_dataset({ name, data: Float32Array.from(values), shape: dims, dtype: '<f4' });
  };
  const { units, width } = k;
  const n = k.denseBias.length;
  const root = 'model_weights';
  put(`${root}/embedding/embedding/embeddings${suffix}`, k.embedding, [k.vocabulary, width]);
  for (const side of ['forward', 'backward'] as const) {
    const at = `${root}/bidirectional/bidirectional/${side}_gru/gru_cell`;
    const w = k[side];
    put(`${at}/kernel${suffix}`, w.kernel, [width, 3 * units]);
    put(`${at}/recurrent_kernel${suffix}`, w.recurrent, [units, 3 * units]);
    put(`${at}/bias${suffix}`, Float64Array.of(...w.bias, ...w.recurrentBias), [2, 3 * units]);
  }
  put(`${root}/dense/dense/kernel${suffix}`, k.dense, [2 * units, n]);
  put(`${root}/dense/dense/bias${suffix}`, k.denseBias, [n]);
  put(`${root}/dense_1/dense_1/kernel${suffix}`, k.output, [n, 1]);
  put(`${root}/dense_1/dense_1/bias${suffix}`, Float64Array.of(k.outputBias), [1]);
  put('optimizer_weights/adam/kernel:0', k.dense, [2 * units, n]);
  file.close();
  writeFileSync(path, FS.readFile('/made.h5'));
}

describe('networks of Keras files', () => {
  const random = new Random(8);
  const sequences = Array.from({ length: 10 }, (_, i) => Array.from({ length: 1 + 4 * i }, () => 1 + random.below(50)));

  test.each([':0', ''])(
    'read and scored like our own where both are the same function (names end with "%s")',
    async (suffix) => {
      const { own, keras } = same();
      const path = join(folder, `made${suffix.length}.h5`);
      await writeKeras(path, keras, suffix);
      const read = await readKeras(path);
      for (const s of sequences) {
        expect(kerasScore(read, s, { kind: 'none' })).toBeCloseTo(own.score(Uint8Array.from(s)), 5);
      }
      const padded = [...sequences[2]!, 45, 45, 45];
      expect(kerasScore(read, sequences[2]!, { kind: 'read', code: 45, length: sequences[2]!.length + 3 })).toBeCloseTo(
        own.score(Uint8Array.from(padded)),
        5,
      );
    },
  );

  test('the reset gate acts after the state was multiplied', () => {
    const w = {
      kernel: Float64Array.of(1, 2, 3),
      recurrent: Float64Array.of(0.5, -1, 2),
      bias: Float64Array.of(0, 0.1, 0.2),
      recurrentBias: Float64Array.of(0.3, 0, -0.4),
    };
    const network: KerasNetwork = {
      ...{ vocabulary: 2, width: 1, units: 1, embedding: Float64Array.of(0.5, -0.25), forward: w, backward: w },
      ...{ dense: Float64Array.of(1, 0), denseBias: Float64Array.of(1), output: Float64Array.of(1), outputBias: 0 },
    };
    // By hand: x = .5: z = σ(.8), r = σ(1.1), h = (1 − z) tanh(1.7 − .4 r); then x = −.25 from that state.
    const s = (x: number): number => 1 / (1 + Math.exp(-x));
    const h = (1 - s(0.8)) * Math.tanh(1.7 - 0.4 * s(1.1));
    const z = s(-0.25 + 0.5 * h + 0.3);
    const next = z * h + (1 - z) * Math.tanh(-0.55 + s(-0.4 - h) * (2 * h - 0.4));
    expect(kerasScore(network, [0, 1], { kind: 'none' })).toBeCloseTo(s(1 + next), 12);
  });

  test('a file of something else is refused', async () => {
    const { default: h5 } = await import('h5wasm/node');
    const { FS } = await h5.ready;
    const file = new h5.File('/other.h5', 'w');
    file.create_group('model_weights');
    file.close();
    const path = join(folder, 'other.h5');
    writeFileSync(path, FS.readFile('/other.h5'));
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path).length).toBeGreaterThan(0);
    await expect(readKeras(path)).rejects.toThrow('that could be the embedding');
  });
});
