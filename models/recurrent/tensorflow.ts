import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { LayersModel } from './layers-model.js';

/** Packages that can run a layers model; neither is installed with slipstream. */
const PACKAGES = ['@tensorflow/tfjs-node', '@tensorflow/tfjs'] as const;

/** The part of TensorFlow.js that is used here. */
export interface Tf {
  readonly version: Readonly<Record<string, string>>;
  readonly io: { fromMemory(artifacts: Record<string, unknown>): unknown };
  readonly sequential: (config: Record<string, unknown>) => TfModel;
  readonly layers: Readonly<Record<string, (config: Record<string, unknown>) => unknown>>;
  readonly train: Readonly<Record<string, (rate: number) => unknown>>;
  loadLayersModel(handler: unknown): Promise<TfModel>;
  tensor2d(values: Float32Array | Int32Array, shape: [number, number], type: string): TfTensor;
  dispose(value: unknown): void;
  tidy<T>(work: () => T): T;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}
interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}
export interface TfModel {
  predict(input: TfTensor): TfTensor;
  compile(options: Record<string, unknown>): void;
  trainOnBatch(x: TfTensor, y: TfTensor): Promise<number | number[]>;
  getWeights(): TfTensor[];
  dispose(): void;
}

/** A layers model open in TensorFlow.js. */
export interface TensorflowModel {
  readonly model: TfModel;
  /** Scores of sequences, padded here to the longest with 0. */
  scores(sequences: readonly Uint8Array[]): Float32Array;
}

export interface Tensorflow {
  /** Name and version of the package. */
  readonly name: string;
  readonly tf: Tf;
  open(model: LayersModel): Promise<TensorflowModel>;
}

/**
 * TensorFlow.js, where the user installed it: the package with the native library, else the plain one.
 * `SLIPSTREAM_TFJS` names a folder whose `node_modules` has it.
 * @returns why it cannot be used, where it cannot
 */
export async function loadTensorflow(): Promise<Tensorflow | string> {
  for (const name of PACKAGES) {
    const tf = await load(name);
    if (tf === undefined) continue;
    await tf.ready();
    return {
      name: `${name} ${tf.version.tfjs ?? tf.version['tfjs-core'] ?? ''}`.trim(),
      tf,
      open: (model) => open(tf, model),
    };
  }
  return `TensorFlow.js is not installed: ${INSTALL}`;
}

/** How the engine `tfjs` gets its package. */
export const INSTALL = `npm install --no-save ${PACKAGES[1]}, or ${PACKAGES[0]} for its native library`;

/** Name and version of the package that `loadTensorflow` would take, found without loading it. */
export function tensorflowFound(): string | undefined {
  for (const name of PACKAGES) {
    try {
      const require = createRequire(process.env.SLIPSTREAM_TFJS ? `${process.env.SLIPSTREAM_TFJS}/` : import.meta.url);
      return `${name} ${(require(`${name}/package.json`) as { version: string }).version}`;
    } catch {
      // not here
    }
  }
  return undefined;
}

async function load(name: string): Promise<Tf | undefined> {
  const folder = process.env.SLIPSTREAM_TFJS;
  const warn = console.warn;
  // It advertises its other packages on load.
  console.warn = () => undefined;
  try {
    const target = folder ? pathToFileURL(createRequire(`${folder}/`).resolve(name)).href : name;
    const module = (await import(target)) as Partial<Tf> & { default?: Tf };
    return module.loadLayersModel === undefined ? module.default : (module as Tf);
  } catch {
    return undefined;
  } finally {
    console.warn = warn;
  }
}

async function open(tf: Tf, saved: LayersModel): Promise<TensorflowModel> {
  const { modelTopology, weightsManifest } = JSON.parse(saved.json) as {
    modelTopology: unknown;
    weightsManifest: readonly [{ readonly weights: unknown }];
  };
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: Uint8Array.from(saved.weights).buffer,
    }),
  );
  return { model, scores: (sequences) => scores(tf, model, sequences) };
}

function scores(tf: Tf, model: TfModel, sequences: readonly Uint8Array[]): Float32Array {
  const longest = Math.max(1, ...sequences.map((s) => s.length));
  const values = new Float32Array(sequences.length * longest);
  for (const [i, s] of sequences.entries()) values.set(s, i * longest);
  return tf.tidy(() => {
    const input = tf.tensor2d(values, [sequences.length, longest], 'float32');
    return Float32Array.from(model.predict(input).dataSync());
  });
}
