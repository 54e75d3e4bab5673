import { setImmediate } from 'node:timers/promises';
import type { Random } from '../random.js';
import { Adam } from './adam.js';
import { Network } from './network.js';
import { emptyParameters, randomParameters, roundToSingle, type Shape } from './parameters.js';

/** One labelled sequence of codes from 1 to vocabulary − 1. */
export interface Sequence {
  readonly codes: Uint8Array;
  readonly label: 0 | 1;
  readonly weight: number;
}

export interface Recipe {
  readonly shape: Shape;
  readonly epochs: number;
  readonly batch: number;
  /** Largest learning rate; it rises over the first tenth of the steps and falls to 0 along a cosine. */
  readonly rate: number;
  readonly decay: number;
  readonly dropout: number;
  /** Targets are this far from 0 and 1. */
  readonly smoothing: number;
  /** Of a longer sequence a random stretch of this length is shown; the whole where it is shorter. */
  readonly longest: number;
  /** Share of sequences that are shown up to a random place only, at least `shortest` long. */
  readonly prefixes: number;
  readonly shortest: number;
  /** Share of letters replaced by any other one. */
  readonly noise: number;
}

export interface TrainRun {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: (epoch: number, loss: number) => void;
  /** The embedding that training begins with, vocabulary × embedding. */
  readonly embedding?: Float64Array;
}

/** How much of the average of the weights each step keeps. */
const AVERAGE = 0.99;
const CLIP = 5;

/**
 * Trains a network from random weights. The result is the running average of the weights, in 32-bit numbers.
 * @returns the network, and whether the signal stopped it before its last epoch
 */
export async function trainNetwork(
  sequences: readonly Sequence[],
  recipe: Recipe,
  random: Random,
  run: TrainRun = {},
): Promise<{ network: Network; stopped: boolean }> {
  const parameters = randomParameters(recipe.shape, random);
  if (run.embedding !== undefined) parameters.embedding.set(run.embedding);
  const network = new Network(parameters);
  const gradient = emptyParameters(recipe.shape);
  const average = Float64Array.from(parameters.all);
  const adam = new Adam(parameters.all.length);
  const order = Int32Array.from(sequences, (_, i) => i);
  const perEpoch = Math.ceil(sequences.length / recipe.batch);
  const steps = perEpoch * recipe.epochs;
  const meanWeight = sequences.reduce((sum, s) => sum + s.weight, 0) / sequences.length;
  const scratch = new Uint8Array(Math.max(...sequences.map((s) => s.codes.length)));
  let step = 0;
  let stopped = false;
  for (let epoch = 0; epoch < recipe.epochs && !stopped; epoch++) {
    shuffle(order, random);
    let loss = 0;
    for (let at = 0; at < order.length; at += recipe.batch) {
      const end = Math.min(order.length, at + recipe.batch);
      gradient.all.fill(0);
      const scale = 1 / ((end - at) * meanWeight);
      for (let k = at; k < end; k++) {
        const s = sequences[order[k]!]!;
        const length = disturb(s.codes, scratch, recipe, random);
        const target = s.label === 1 ? 1 - recipe.smoothing : recipe.smoothing;
        const weight = s.weight * scale;
        loss += network.learn(scratch, 0, length, target, weight, gradient, recipe.dropout, random) * (end - at);
      }
      network.finishGradient(gradient);
      adam.step(parameters.all, gradient.all, rateAt(recipe.rate, step, steps), recipe.decay, CLIP);
      network.refresh();
      step++;
      const keep = Math.min(AVERAGE, step / (step + 10));
      for (let i = 0; i < average.length; i++) average[i] = keep * average[i]! + (1 - keep) * parameters.all[i]!;
      // Lets the signal of an interrupt in.
      await setImmediate();
      if (run.signal?.aborted) {
        stopped = true;
        break;
      }
    }
    run.progress?.(epoch + 1, loss / order.length);
  }
  parameters.all.set(average);
  roundToSingle(parameters);
  network.refresh();
  return { network, stopped };
}

export const rateAt = (rate: number, step: number, steps: number): number => {
  const warm = Math.max(1, steps / 10);
  return step < warm
    ? (rate * (step + 1)) / warm
    : (rate / 2) * (1 + Math.cos((Math.PI * (step - warm)) / (steps - warm)));
};

/** Copies a sequence, cut and with noise; returns its length. */
export function disturb(codes: Uint8Array, into: Uint8Array, recipe: Recipe, random: Random): number {
  let length = Math.min(codes.length, recipe.longest);
  const from = length < codes.length ? random.below(codes.length - length + 1) : 0;
  if (length > recipe.shortest && random.unit() < recipe.prefixes) {
    length = recipe.shortest + random.below(length - recipe.shortest + 1);
  }
  for (let i = 0; i < length; i++) {
    into[i] =
      recipe.noise > 0 && random.unit() < recipe.noise
        ? 1 + random.below(recipe.shape.vocabulary - 1)
        : codes[from + i]!;
  }
  return length;
}

export function shuffle(items: Int32Array, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
}
