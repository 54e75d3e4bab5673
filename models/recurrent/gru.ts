import type { DirectionWeights, Shape } from './parameters.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * One direction of a gated recurrent unit over sequences of letter codes, `reset_after = false`:
 * z, r = σ(x W + h U + b); c = tanh(x W + (r h) U + b); h' = z h + (1 − z) c.
 * A letter's share of the gates, x W + b, is the same wherever it stands: it is computed once per letter.
 */
export class GruDirection {
  readonly #shape: Shape;
  readonly #weights: DirectionWeights;
  readonly #embedding: Float64Array;
  /** vocabulary × 3 units: a letter's share of the gates. */
  readonly #table: Float64Array;
  /** 3 units × units: the recurrent weights turned round. */
  readonly #turned: Float64Array;
  readonly #tableGradient: Float64Array;
  readonly #seen: Uint8Array;
  /** Per step, with the state before the first: h, then z, r, c, r h. */
  #h = new Float64Array(0);
  #z = new Float64Array(0);
  #r = new Float64Array(0);
  #c = new Float64Array(0);
  #rh = new Float64Array(0);
  readonly #dh: Float64Array;
  readonly #before: Float64Array;
  readonly #gates: Float64Array;
  #steps = 0;

  /** @param weights views that the optimiser changes; call `refresh` after it did */
  constructor(shape: Shape, embedding: Float64Array, weights: DirectionWeights) {
    const u = shape.units;
    this.#shape = shape;
    this.#weights = weights;
    this.#embedding = embedding;
    this.#table = new Float64Array(shape.vocabulary * 3 * u);
    this.#tableGradient = new Float64Array(shape.vocabulary * 3 * u);
    this.#seen = new Uint8Array(shape.vocabulary);
    this.#turned = new Float64Array(3 * u * u);
    this.#dh = new Float64Array(u);
    this.#before = new Float64Array(u);
    this.#gates = new Float64Array(3 * u);
    this.#reserve(64);
    this.refresh();
  }

  /** Weights have changed. */
  refresh(): void {
    const { vocabulary, embedding: e, units: u } = this.#shape;
    const { kernel, recurrent, bias } = this.#weights;
    const g = 3 * u;
    const table = this.#table;
    for (let v = 0; v < vocabulary; v++) {
      const row = v * g;
      for (let j = 0; j < g; j++) table[row + j] = bias[j]!;
      for (let k = 0; k < e; k++) {
        const x = this.#embedding[v * e + k]!;
        for (let j = 0; j < g; j++) table[row + j]! += x * kernel[k * g + j]!;
      }
    }
    for (let i = 0; i < u; i++) for (let j = 0; j < g; j++) this.#turned[j * u + i] = recurrent[i * g + j]!;
  }

  /**
   * Runs over `codes[from, to)`, backwards when `reverse`; the last state goes to `out` at `at`.
   * @param codes letters from 1; no padding
   */
  run(codes: Uint8Array, from: number, to: number, reverse: boolean, out: Float64Array, at: number): void {
    const steps = to - from;
    const u = this.#shape.units;
    this.#reserve(steps + 1);
    const h = this.#h;
    const z = this.#z;
    const r = this.#r;
    const c = this.#c;
    const rh = this.#rh;
    const table = this.#table;
    const turned = this.#turned;
    const u2 = 2 * u;
    h.fill(0, 0, u);
    for (let t = 0; t < steps; t++) {
      const code = codes[reverse ? to - 1 - t : from + t]!;
      const share = code * 3 * u;
      const now = t * u;
      for (let j = 0; j < u; j++) {
        let a = table[share + j]!;
        let b = table[share + u + j]!;
        const zRow = j * u;
        const rRow = (u + j) * u;
        for (let i = 0; i < u; i++) {
          const x = h[now + i]!;
          a += turned[zRow + i]! * x;
          b += turned[rRow + i]! * x;
        }
        z[now + j] = sigmoid(a);
        const reset = sigmoid(b);
        r[now + j] = reset;
        rh[now + j] = reset * h[now + j]!;
      }
      for (let j = 0; j < u; j++) {
        let a = table[share + u2 + j]!;
        const row = (u2 + j) * u;
        for (let i = 0; i < u; i++) a += turned[row + i]! * rh[now + i]!;
        const candidate = Math.tanh(a);
        c[now + j] = candidate;
        const keep = z[now + j]!;
        h[now + u + j] = keep * h[now + j]! + (1 - keep) * candidate;
      }
    }
    this.#steps = steps;
    for (let j = 0; j < u; j++) out[at + j] = h[steps * u + j]!;
  }

  /**
   * Adds the gradient of the sequence just run. The letters' share is kept until `finishGradient`.
   * @param dLast gradient of the last state, `units` values from `at`
   */
  back(
    codes: Uint8Array,
    from: number,
    to: number,
    reverse: boolean,
    dLast: Float64Array,
    at: number,
    gradient: DirectionWeights,
  ): void {
    const u = this.#shape.units;
    const g = 3 * u;
    const u2 = 2 * u;
    const recurrent = this.#weights.recurrent;
    const dRecurrent = gradient.recurrent;
    const dTable = this.#tableGradient;
    const dh = this.#dh;
    const before = this.#before;
    const gates = this.#gates;
    for (let j = 0; j < u; j++) dh[j] = dLast[at + j]!;
    for (let t = this.#steps - 1; t >= 0; t--) {
      const code = codes[reverse ? to - 1 - t : from + t]!;
      const now = t * u;
      for (let j = 0; j < u; j++) {
        const d = dh[j]!;
        const keep = this.#z[now + j]!;
        const candidate = this.#c[now + j]!;
        gates[u2 + j] = d * (1 - keep) * (1 - candidate * candidate);
        gates[j] = d * (this.#h[now + j]! - candidate) * keep * (1 - keep);
        before[j] = d * keep;
      }
      // Through the candidate to r h, and on to r and h.
      for (let i = 0; i < u; i++) {
        let d = 0;
        const x = this.#rh[now + i]!;
        const row = i * g + u2;
        for (let j = 0; j < u; j++) {
          const v = gates[u2 + j]!;
          d += recurrent[row + j]! * v;
          dRecurrent[row + j]! += x * v;
        }
        const reset = this.#r[now + i]!;
        gates[u + i] = d * this.#h[now + i]! * reset * (1 - reset);
        before[i]! += d * reset;
      }
      for (let i = 0; i < u; i++) {
        let d = before[i]!;
        const x = this.#h[now + i]!;
        const row = i * g;
        for (let j = 0; j < u2; j++) {
          const v = gates[j]!;
          d += recurrent[row + j]! * v;
          dRecurrent[row + j]! += x * v;
        }
        dh[i] = d;
      }
      const share = code * g;
      this.#seen[code] = 1;
      for (let j = 0; j < g; j++) dTable[share + j]! += gates[j]!;
    }
  }

  /** What letters gave to the gates becomes the gradient of embedding, kernel and bias. */
  finishGradient(gradient: DirectionWeights, dEmbedding: Float64Array): void {
    const { vocabulary, embedding: e, units: u } = this.#shape;
    const g = 3 * u;
    const { kernel } = this.#weights;
    const dTable = this.#tableGradient;
    for (let v = 0; v < vocabulary; v++) {
      if (this.#seen[v] === 0) continue;
      const row = v * g;
      for (let j = 0; j < g; j++) gradient.bias[j]! += dTable[row + j]!;
      for (let k = 0; k < e; k++) {
        const x = this.#embedding[v * e + k]!;
        let d = 0;
        for (let j = 0; j < g; j++) {
          const y = dTable[row + j]!;
          d += kernel[k * g + j]! * y;
          gradient.kernel[k * g + j]! += x * y;
        }
        dEmbedding[v * e + k]! += d;
      }
    }
    dTable.fill(0);
    this.#seen.fill(0);
  }

  #reserve(states: number): void {
    const size = states * this.#shape.units;
    if (this.#h.length >= size) return;
    const n = Math.max(size, this.#h.length * 2);
    this.#h = new Float64Array(n);
    this.#z = new Float64Array(n);
    this.#r = new Float64Array(n);
    this.#c = new Float64Array(n);
    this.#rh = new Float64Array(n);
  }
}
