import { readFileSync } from 'node:fs';
import type { KerasDirection, KerasNetwork } from './keras-network.js';

interface Node {
  readonly type: string;
  keys?(): string[];
  get?(name: string): Node | null;
  readonly shape?: number[] | null;
  readonly value?: unknown;
}

interface Weight {
  readonly path: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/**
 * Reads a Keras file (`.h5`) of embedding, bidirectional GRU, dense layer and one output, as Slips publishes them. For
 * developers: the HDF5 reader is a development dependency.
 * @throws Error when it is no such file
 */
export async function readKeras(path: string): Promise<KerasNetwork> {
  const { default: h5 } = await import('h5wasm/node');
  const { FS } = await h5.ready;
  const name = `/keras-${process.pid}.h5`;
  FS.writeFile(name, readFileSync(path));
  const file = new h5.File(name, 'r');
  try {
    const root = (file.get('model_weights') ?? file) as unknown as Node;
    return networkOf(weightsUnder(root, ''), path);
  } finally {
    file.close();
    FS.unlink(name);
  }
}

/** Weights below a group; optimizer states lie elsewhere in the file. */
function weightsUnder(node: Node, path: string): Weight[] {
  if (node.type === 'Dataset') {
    const values = node.value as ArrayLike<number>;
    return [{ path, shape: node.shape ?? [], values: Float64Array.from(values) }];
  }
  return (node.keys?.() ?? []).sort().flatMap((k) => weightsUnder(node.get!(k)!, `${path}/${k}`));
}

function networkOf(weights: readonly Weight[], file: string): KerasNetwork {
  const one = (what: string, pattern: RegExp, rank: number): Weight => {
    const found = weights.filter((w) => pattern.test(w.path) && w.shape.length === rank);
    if (found.length !== 1) throw new Error(`${file}: ${found.length} weights that could be the ${what}`);
    return found[0]!;
  };
  const direction = (side: string): KerasDirection => {
    const bias = one(`${side} bias`, new RegExp(`/${side}\\w*/.*\\bbias(:0)?$`), 2);
    return {
      kernel: one(`${side} kernel`, new RegExp(`/${side}\\w*/.*/kernel(:0)?$`), 2).values,
      recurrent: one(`${side} recurrent kernel`, new RegExp(`/${side}\\w*/.*/recurrent_kernel(:0)?$`), 2).values,
      bias: bias.values.subarray(0, bias.shape[1]),
      recurrentBias: bias.values.subarray(bias.shape[1]!),
    };
  };
  const embedding = one('embedding', /\/embeddings(:0)?$/, 2);
  const outer = weights.filter((w) => !/\/(forward|backward)\w*\//.test(w.path) && /\/kernel(:0)?$/.test(w.path));
  const output = outer.find((w) => w.shape[1] === 1);
  const dense = outer.find((w) => w !== output);
  if (outer.length !== 2 || !output || !dense) throw new Error(`${file}: not one dense layer and one output`);
  const biasOf = (kernel: Weight): Float64Array => {
    const path = kernel.path.replace(/kernel(:0)?$/, 'bias$1');
    const found = weights.find((w) => w.path === path);
    if (!found) throw new Error(`${file}: no bias beside ${kernel.path}`);
    return found.values;
  };
  return {
    vocabulary: embedding.shape[0]!,
    width: embedding.shape[1]!,
    units: dense.shape[0]! / 2,
    embedding: embedding.values,
    forward: direction('forward'),
    backward: direction('backward'),
    dense: dense.values,
    denseBias: biasOf(dense),
    output: output.values,
    outputBias: biasOf(output)[0]!,
  };
}
