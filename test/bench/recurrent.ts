/**
 * One epoch of the recurrent network over labelled letters against TensorFlow.js (wasm, else its plain backend), which gets a
 * part of the sequences in batches padded to their longest; and sequences scored per CPU second. Needs an installation of
 * `@tensorflow/tfjs` and, for wasm, `@tensorflow/tfjs-backend-wasm`: SLIPSTREAM_TFJS=FOLDER.
 * Usage: tsx test/bench/recurrent.ts [LETTERS.tsv] [SEQUENCES FOR TENSORFLOW.JS=200]
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packageRoot } from '../../cli/package-root.js';
import { encode } from '../../models/cc/alphabet.js';
import { RECIPE } from '../../models/cc/fit.js';
import { readLettersFile } from '../../models/cc/letters-file.js';
import { Random } from '../../models/random.js';
import { Network } from '../../models/recurrent/network.js';
import { randomParameters } from '../../models/recurrent/parameters.js';
import { loadTensorflow, type Tf } from '../../models/recurrent/tensorflow.js';
import { trainWithTensorflow } from '../../models/recurrent/tensorflow-train.js';
import { type Recipe, type Sequence, trainNetwork } from '../../models/recurrent/train.js';
import { benchmark, show } from './measure.js';

/** Whole sequences, as they are: the same work for both. */
const recipe: Recipe = {
  ...RECIPE,
  epochs: 1,
  batch: 100,
  longest: 500,
  prefixes: 0,
  noise: 0,
  smoothing: 0,
  dropout: 0,
};

/** Distinct labelled strings of the public file, or made ones of like lengths; the same every time. */
function sequences(file: string | undefined, most = Number.POSITIVE_INFINITY): Sequence[] {
  const random = new Random(1);
  const out: Sequence[] = [];
  if (file !== undefined && existsSync(file)) {
    const seen = new Set<string>();
    for (const { letters, label } of readLettersFile(file).rows) {
      if (letters.length < 5 || seen.has(letters.slice(-500))) continue;
      seen.add(letters.slice(-500));
      out.push({ codes: encode(letters)!, label, weight: 1 });
    }
  } else {
    for (let i = 0; i < 1560; i++) {
      const length = i % 17 === 0 ? 500 : 5 + random.below(50);
      out.push({
        codes: Uint8Array.from({ length }, () => 1 + random.below(50)),
        label: i % 3 === 0 ? 0 : 1,
        weight: 1,
      });
    }
  }
  const step = Math.max(1, Math.floor(out.length / most));
  return out.filter((_, i) => i % step === 0).slice(0, most);
}

/** The wasm backend lacks the gradient of an embedding: the few lines that it takes, in JavaScript. */
async function useWasm(tf: Tf): Promise<string> {
  const folder = process.env.SLIPSTREAM_TFJS;
  if (!folder) return 'plain backend';
  try {
    const path = createRequire(`${folder}/`).resolve('@tensorflow/tfjs-backend-wasm');
    const wasm = (await import(pathToFileURL(path).href)) as {
      setWasmPaths?: (p: string) => void;
      default?: { setWasmPaths(p: string): void };
    };
    (wasm.setWasmPaths ?? wasm.default!.setWasmPaths)(`${dirname(path)}/`);
  } catch {
    return 'plain backend';
  }
  interface Info {
    readonly shape: number[];
    readonly dataId: object;
  }
  const api = tf as unknown as {
    registerKernel(k: unknown): void;
    tensor(values: Float32Array, shape: number[], type: string): Info;
    engine(): { makeTensorFromTensorInfo(i: Info): { dataSync(): Float32Array } };
  };
  api.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({
      inputs,
      attrs,
      backend,
    }: {
      inputs: { x: Info; segmentIds: Info };
      attrs: { numSegments: number };
      backend: { typedArrayFromHeap(i: Info): Float32Array | Int32Array };
    }) => {
      const values = backend.typedArrayFromHeap(inputs.x);
      const ids = backend.typedArrayFromHeap(inputs.segmentIds);
      const width = values.length / ids.length;
      const out = new Float32Array(attrs.numSegments * width);
      for (let i = 0; i < ids.length; i++)
        for (let k = 0; k < width; k++) out[ids[i]! * width + k]! += values[i * width + k]!;
      return api.tensor(out, [attrs.numSegments, ...inputs.x.shape.slice(inputs.segmentIds.shape.length)], 'float32');
    },
  });
  await tf.setBackend('wasm');
  await tf.ready();
  return 'wasm';
}

const parts = {
  native: async ([file]: readonly string[]): Promise<void> => {
    await trainNetwork(sequences(file), recipe, new Random(1));
  },
  part: async ([file, most]: readonly string[]): Promise<void> => {
    await trainNetwork(sequences(file, Number(most)), recipe, new Random(1));
  },
  tensorflow: async ([file, most]: readonly string[]): Promise<void> => {
    const tensorflow = await loadTensorflow();
    if (typeof tensorflow === 'string') throw new Error(tensorflow);
    process.stderr.write(`${await useWasm(tensorflow.tf)}\n`);
    await trainWithTensorflow(tensorflow, sequences(file, Number(most)), recipe, new Random(1));
  },
  score: async ([file]: readonly string[]): Promise<void> => {
    const network = new Network(randomParameters(recipe.shape, new Random(1)));
    for (let times = 0; times < 10; times++) for (const s of sequences(file)) network.score(s.codes);
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [file = join(packageRoot, '..', 'shared', 'data', 'labelled', 'rnn', 'letters.tsv'), most = '200'] =
    process.argv.slice(2);
  const all = sequences(file);
  process.stdout.write(`${all.length} sequences, ${all.reduce((sum, s) => sum + s.codes.length, 0)} letters\n`);
  const epoch = run('native', file);
  show('one epoch', epoch);
  const scored = run('score', file);
  show(`${10 * all.length} sequences scored`, scored);
  process.stdout.write(`${Math.round((10 * all.length) / scored.cpu)} sequences per CPU second (target 1000)\n`);
  const tensorflow = await loadTensorflow();
  if (typeof tensorflow === 'string') {
    process.stdout.write(`no comparison: ${tensorflow}\n`);
    return;
  }
  const own = run('part', file, most);
  const theirs = run('tensorflow', file, most);
  show(`one epoch over ${most}`, own);
  show(`the same in ${tensorflow.name}`, theirs);
  process.stdout.write(`ratio ${(own.cpu / theirs.cpu).toFixed(4)} (target 0.05)\n`);
});
