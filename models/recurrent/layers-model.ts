import { inputError } from '../../cli/errors.js';
import { emptyParameters, type Parameters, type Shape } from './parameters.js';

/** A TensorFlow.js layers model: what `model.json` and `weights.bin` hold. */
export interface LayersModel {
  readonly json: string;
  readonly weights: Uint8Array;
}

/** Weights in the order of the file, with the names that TensorFlow.js gives them. */
const specs = ({ vocabulary: v, embedding: e, units: u, dense: d }: Shape): { name: string; shape: number[] }[] => [
  { name: 'letters/embeddings', shape: [v, e] },
  ...['forward', 'backward'].flatMap((way) => [
    { name: `both/${way}_gru/kernel`, shape: [e, 3 * u] },
    { name: `both/${way}_gru/recurrent_kernel`, shape: [u, 3 * u] },
    { name: `both/${way}_gru/bias`, shape: [3 * u] },
  ]),
  { name: 'dense/kernel', shape: [2 * u, d] },
  { name: 'dense/bias', shape: [d] },
  { name: 'score/kernel', shape: [d, 1] },
  { name: 'score/bias', shape: [1] },
];

/** The network as stock TensorFlow.js loads it: index 0 is padding and masked, before or after the letters. */
export function toLayersModel(p: Parameters, dropout: number): LayersModel {
  const { vocabulary, embedding, units, dense } = p.shape;
  const layer = (class_name: string, name: string, config: Record<string, unknown>): unknown => ({
    class_name,
    config: { name, trainable: true, ...config },
  });
  const gru = {
    units,
    activation: 'tanh',
    recurrent_activation: 'sigmoid',
    use_bias: true,
    dropout: 0,
    recurrent_dropout: 0,
    implementation: 1,
    reset_after: false,
    return_sequences: false,
    return_state: false,
    go_backwards: false,
    stateful: false,
    unroll: false,
  };
  const layers = [
    layer('Embedding', 'letters', {
      input_dim: vocabulary,
      output_dim: embedding,
      mask_zero: true,
      input_length: null,
      batch_input_shape: [null, null],
      dtype: 'float32',
    }),
    layer('Bidirectional', 'both', { merge_mode: 'concat', layer: layer('GRU', 'gru', gru) }),
    layer('Dense', 'dense', { units: dense, activation: 'relu', use_bias: true }),
    layer('Dropout', 'dropout', { rate: dropout }),
    layer('Dense', 'score', { units: 1, activation: 'sigmoid', use_bias: true }),
  ];
  const model = {
    format: 'layers-model',
    generatedBy: 'slipstream',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: 'letters', layers },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [
      { paths: ['weights.bin'], weights: specs(p.shape).map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
    ],
  };
  const bytes = new Uint8Array(p.all.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, x] of p.all.entries()) view.setFloat32(4 * i, x, true);
  return { json: `${JSON.stringify(model)}\n`, weights: bytes };
}

/**
 * Reads a network written by `toLayersModel`, or saved again by TensorFlow.js.
 * @throws CliError when its layers or weights are others
 */
export function fromLayersModel(json: string, weights: Uint8Array, where: string): Parameters {
  const wrong = (what: string): never => {
    throw inputError(`${where}: ${what}; not a network that 'slipstream train cc' writes`);
  };
  let model: unknown;
  try {
    model = JSON.parse(json);
  } catch {
    wrong('model.json is not JSON');
  }
  const listed = at(model, 'weightsManifest', 0, 'weights');
  if (!Array.isArray(listed)) return wrong('no weights are listed');
  const shapes = new Map<string, number[]>();
  for (const w of listed) {
    const name = at(w, 'name');
    const shape = at(w, 'shape');
    if (typeof name !== 'string' || !isShape(shape) || at(w, 'dtype') !== 'float32')
      return wrong('a weight is not read');
    shapes.set(name, shape);
  }
  const size = (name: string, axis: number): number => shapes.get(name)?.[axis] ?? wrong(`no weight ${name}`);
  const shape: Shape = {
    vocabulary: size('letters/embeddings', 0),
    embedding: size('letters/embeddings', 1),
    units: size('both/forward_gru/recurrent_kernel', 0),
    dense: size('dense/bias', 0),
  };
  if (Math.max(...Object.values(shape)) > 4096) wrong('layers are too large');
  const expected = specs(shape);
  const order = [...shapes.keys()];
  for (const [i, spec] of expected.entries()) {
    if (order[i] !== spec.name || shapes.get(spec.name)!.join() !== spec.shape.join())
      wrong(`weight ${spec.name} is not as expected`);
  }
  const gru =
    at(model, 'modelTopology', 'config', 'layers', 1, 'config', 'layer', 'config') ??
    at(model, 'modelTopology', 'model_config', 'config', 'layers', 1, 'config', 'layer', 'config');
  if (at(gru, 'reset_after') !== false || at(gru, 'recurrent_activation') !== 'sigmoid')
    wrong('another kind of recurrent layer');
  const p = emptyParameters(shape);
  if (order.length !== expected.length || weights.length !== p.all.length * 4) wrong('weights.bin has another length');
  const view = new DataView(weights.buffer, weights.byteOffset, weights.length);
  for (let i = 0; i < p.all.length; i++) {
    p.all[i] = view.getFloat32(4 * i, true);
    if (!Number.isFinite(p.all[i]!)) wrong('weights.bin holds no numbers');
  }
  return p;
}

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isInteger(n) && n > 0);

/** A value inside parsed JSON, or undefined. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let v = value;
  for (const key of path) {
    if (v === null || typeof v !== 'object') return undefined;
    v = (v as Record<string | number, unknown>)[key];
  }
  return v;
}
