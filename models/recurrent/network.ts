import type { Random } from '../random.js';
import { GruDirection } from './gru.js';
import type { Parameters } from './parameters.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Letters to a score from 0 to 1: embedding, a recurrent layer read in both directions, a dense layer with relu and one
 * output. Sequences have their true length: there is no padding to compute.
 */
export class Network {
  readonly parameters: Parameters;
  readonly #forward: GruDirection;
  readonly #backward: GruDirection;
  /** Last states of both directions (2 units) and their dropout. */
  readonly #states: Float64Array;
  readonly #stateScale: Float64Array;
  readonly #dStates: Float64Array;
  /** Dense layer after relu, and its dropout. */
  readonly #dense: Float64Array;
  readonly #denseScale: Float64Array;

  constructor(parameters: Parameters) {
    const { shape, embedding, forward, backward } = parameters;
    this.parameters = parameters;
    this.#forward = new GruDirection(shape, embedding, forward);
    this.#backward = new GruDirection(shape, embedding, backward);
    this.#states = new Float64Array(2 * shape.units);
    this.#stateScale = new Float64Array(2 * shape.units).fill(1);
    this.#dStates = new Float64Array(2 * shape.units);
    this.#dense = new Float64Array(shape.dense);
    this.#denseScale = new Float64Array(shape.dense).fill(1);
  }

  /** Parameters have changed. */
  refresh(): void {
    this.#forward.refresh();
    this.#backward.refresh();
  }

  /**
   * The score of `codes[from, to)`.
   * @param codes letters from 1 to vocabulary − 1
   */
  score(codes: Uint8Array, from = 0, to = codes.length): number {
    return sigmoid(this.#logit(codes, from, to));
  }

  /**
   * Adds the gradient of one sequence's cross-entropy.
   * @param target 0 or 1, or a softened value between
   * @param weight of the sequence
   * @param dropout share of states and dense units left out; 0: none
   * @returns the weighted loss
   */
  learn(
    codes: Uint8Array,
    from: number,
    to: number,
    target: number,
    weight: number,
    gradient: Parameters,
    dropout: number,
    random: Random,
  ): number {
    drop(this.#stateScale, dropout, random);
    drop(this.#denseScale, dropout, random);
    const logit = this.#logit(codes, from, to);
    const { dense, output, shape } = this.parameters;
    const { units, dense: width } = shape;
    const dLogit = weight * (sigmoid(logit) - target);
    gradient.outputBias[0]! += dLogit;
    const dStates = this.#dStates.fill(0);
    for (let k = 0; k < width; k++) {
      const active = this.#dense[k]!;
      const scale = this.#denseScale[k]!;
      gradient.output[k]! += dLogit * active * scale;
      const d = active > 0 ? dLogit * output[k]! * scale : 0;
      if (d === 0) continue;
      gradient.denseBias[k]! += d;
      for (let i = 0; i < 2 * units; i++) {
        gradient.dense[i * width + k]! += d * this.#states[i]! * this.#stateScale[i]!;
        dStates[i]! += d * dense[i * width + k]! * this.#stateScale[i]!;
      }
    }
    this.#forward.back(codes, from, to, false, dStates, 0, gradient.forward);
    this.#backward.back(codes, from, to, true, dStates, units, gradient.backward);
    this.#stateScale.fill(1);
    this.#denseScale.fill(1);
    return weight * crossEntropy(logit, target);
  }

  /** Ends a batch of `learn`: the letters' part of the gradient. */
  finishGradient(gradient: Parameters): void {
    this.#forward.finishGradient(gradient.forward, gradient.embedding);
    this.#backward.finishGradient(gradient.backward, gradient.embedding);
  }

  #logit(codes: Uint8Array, from: number, to: number): number {
    const { dense, denseBias, output, outputBias, shape } = this.parameters;
    const { units, dense: width } = shape;
    this.#forward.run(codes, from, to, false, this.#states, 0);
    this.#backward.run(codes, from, to, true, this.#states, units);
    let logit = outputBias[0]!;
    for (let k = 0; k < width; k++) {
      let a = denseBias[k]!;
      for (let i = 0; i < 2 * units; i++) a += this.#states[i]! * this.#stateScale[i]! * dense[i * width + k]!;
      const active = Math.max(a, 0);
      this.#dense[k] = active;
      logit += active * this.#denseScale[k]! * output[k]!;
    }
    return logit;
  }
}

/** Cross-entropy of σ(logit), without overflow. */
export const crossEntropy = (logit: number, target: number): number =>
  Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));

function drop(scale: Float64Array, share: number, random: Random): void {
  if (share <= 0) return;
  for (let i = 0; i < scale.length; i++) scale[i] = random.unit() < share ? 0 : 1 / (1 - share);
}
