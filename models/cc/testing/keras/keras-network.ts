const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One direction of a GRU with `reset_after`: the columns are the gates update, reset, candidate. */
export interface KerasDirection {
  /** width × 3 units */
  readonly kernel: Float64Array;
  /** units × 3 units */
  readonly recurrent: Float64Array;
  /** 3 units, of the input and of the state */
  readonly bias: Float64Array;
  readonly recurrentBias: Float64Array;
}

export interface KerasNetwork {
  readonly vocabulary: number;
  readonly width: number;
  readonly units: number;
  readonly embedding: Float64Array;
  readonly forward: KerasDirection;
  readonly backward: KerasDirection;
  /** 2 units × dense */
  readonly dense: Float64Array;
  readonly denseBias: Float64Array;
  readonly output: Float64Array;
  readonly outputBias: number;
}

/** What the sequence is filled up with to its full length. */
export type Padding =
  /** Nothing: the true length, as a mask gives it. */
  | { readonly kind: 'none' }
  /** Codes after the sequence, which the layer reads like any other. */
  | { readonly kind: 'read'; readonly code: number; readonly length: number };

/**
 * The score of codes by such a network.
 * @param codes rows of the embedding
 */
export function kerasScore(network: KerasNetwork, codes: readonly number[], padding: Padding): number {
  const read =
    padding.kind === 'none'
      ? codes
      : [...codes, ...Array<number>(Math.max(0, padding.length - codes.length)).fill(padding.code)];
  const states = [
    ...lastState(network, network.forward, read),
    ...lastState(network, network.backward, [...read].reverse()),
  ];
  const width = network.denseBias.length;
  let logit = network.outputBias;
  for (let k = 0; k < width; k++) {
    let a = network.denseBias[k]!;
    for (const [i, s] of states.entries()) a += s * network.dense[i * width + k]!;
    logit += Math.max(0, a) * network.output[k]!;
  }
  return sigmoid(logit);
}

function lastState(network: KerasNetwork, weights: KerasDirection, codes: readonly number[]): Float64Array {
  const { units, width, embedding } = network;
  const state = new Float64Array(units);
  const input = new Float64Array(3 * units);
  const inner = new Float64Array(3 * units);
  for (const code of codes) {
    input.set(weights.bias);
    inner.set(weights.recurrentBias);
    for (let e = 0; e < width; e++) {
      const x = embedding[code * width + e]!;
      for (let g = 0; g < 3 * units; g++) input[g]! += x * weights.kernel[e * 3 * units + g]!;
    }
    for (let u = 0; u < units; u++) {
      const h = state[u]!;
      for (let g = 0; g < 3 * units; g++) inner[g]! += h * weights.recurrent[u * 3 * units + g]!;
    }
    for (let u = 0; u < units; u++) {
      const update = sigmoid(input[u]! + inner[u]!);
      const reset = sigmoid(input[units + u]! + inner[units + u]!);
      const candidate = Math.tanh(input[2 * units + u]! + reset * inner[2 * units + u]!);
      state[u] = update * state[u]! + (1 - update) * candidate;
    }
  }
  return state;
}
