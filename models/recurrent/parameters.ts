import type { Random } from '../random.js';

/** Sizes of the network. `vocabulary` counts index 0, which is padding only. */
export interface Shape {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly units: number;
  readonly dense: number;
}

/** Weights of one direction, in Keras' layout: rows are inputs, columns the gates update, reset, candidate. */
export interface DirectionWeights {
  /** embedding × 3 units */
  readonly kernel: Float64Array;
  /** units × 3 units */
  readonly recurrent: Float64Array;
  /** 3 units */
  readonly bias: Float64Array;
}

/** All weights: views of one array, so that an optimiser steps over them in one loop. */
export interface Parameters {
  readonly shape: Shape;
  readonly all: Float64Array;
  /** vocabulary × embedding */
  readonly embedding: Float64Array;
  readonly forward: DirectionWeights;
  readonly backward: DirectionWeights;
  /** 2 units × dense */
  readonly dense: Float64Array;
  readonly denseBias: Float64Array;
  /** dense */
  readonly output: Float64Array;
  readonly outputBias: Float64Array;
}

/** Zeros of a shape. */
export function emptyParameters(shape: Shape): Parameters {
  const { vocabulary: v, embedding: e, units: u, dense: d } = shape;
  const all = new Float64Array(v * e + 2 * (e * 3 * u + u * 3 * u + 3 * u) + 2 * u * d + d + d + 1);
  let at = 0;
  const view = (length: number): Float64Array => {
    at += length;
    return all.subarray(at - length, at);
  };
  const direction = (): DirectionWeights => ({
    kernel: view(e * 3 * u),
    recurrent: view(u * 3 * u),
    bias: view(3 * u),
  });
  return {
    shape,
    all,
    embedding: view(v * e),
    forward: direction(),
    backward: direction(),
    dense: view(2 * u * d),
    denseBias: view(d),
    output: view(d),
    outputBias: view(1),
  };
}

/** Random weights of the usual sizes (Glorot); biases are 0. */
export function randomParameters(shape: Shape, random: Random): Parameters {
  const p = emptyParameters(shape);
  const { embedding: e, units: u, dense: d } = shape;
  const fill = (array: Float64Array, inputs: number, outputs: number): void => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    for (let i = 0; i < array.length; i++) array[i] = (2 * random.unit() - 1) * limit;
  };
  for (let i = 0; i < p.embedding.length; i++) p.embedding[i] = random.unit() - 0.5;
  for (const direction of [p.forward, p.backward]) {
    fill(direction.kernel, e, u);
    fill(direction.recurrent, u, u);
  }
  fill(p.dense, 2 * u, d);
  fill(p.output, d, 1);
  roundToSingle(p);
  return p;
}

/** Rounds to what a file of 32-bit numbers holds: scores before and after saving are the same. */
export function roundToSingle(p: Parameters): void {
  for (let i = 0; i < p.all.length; i++) p.all[i] = Math.fround(p.all[i]!);
}
