import type { Random } from '../random.js';
import { toLayersModel } from './layers-model.js';
import { Network } from './network.js';
import { randomParameters, roundToSingle } from './parameters.js';
import type { Tensorflow } from './tensorflow.js';
import { disturb, type Recipe, rateAt, type Sequence, shuffle, type TrainRun } from './train.js';

/**
 * The same training through TensorFlow.js: batches padded with 0 to their longest sequence. Slower by far without its
 * native library, and the same bytes only on the same machine.
 */
export async function trainWithTensorflow(
  tensorflow: Tensorflow,
  sequences: readonly Sequence[],
  recipe: Recipe,
  random: Random,
  run: TrainRun = {},
): Promise<{ network: Network; stopped: boolean }> {
  const { tf } = tensorflow;
  const parameters = randomParameters(recipe.shape, random);
  if (run.embedding !== undefined) parameters.embedding.set(run.embedding);
  roundToSingle(parameters);
  const { model } = await tensorflow.open(toLayersModel(parameters, recipe.dropout));
  const optimizer = tf.train.adam!(recipe.rate) as { learningRate: number };
  model.compile({ optimizer, loss: 'binaryCrossentropy' });
  const order = Int32Array.from(sequences, (_, i) => i);
  const scratch = new Uint8Array(Math.max(...sequences.map((s) => s.codes.length)));
  const steps = Math.ceil(sequences.length / recipe.batch) * recipe.epochs;
  let step = 0;
  let stopped = false;
  for (let epoch = 0; epoch < recipe.epochs && !stopped; epoch++) {
    shuffle(order, random);
    let loss = 0;
    for (let at = 0; at < order.length && !stopped; at += recipe.batch) {
      const batch = drawn(sequences, order.subarray(at, at + recipe.batch), recipe, random);
      const shown = batch.map((s) => scratch.slice(0, disturb(s.codes, scratch, recipe, random)));
      const longest = Math.max(...shown.map((s) => s.length));
      const values = new Float32Array(shown.length * longest);
      for (const [i, s] of shown.entries()) values.set(s, i * longest);
      const targets = Float32Array.from(batch, (s) => (s.label === 1 ? 1 - recipe.smoothing : recipe.smoothing));
      const x = tf.tensor2d(values, [shown.length, longest], 'float32');
      const y = tf.tensor2d(targets, [shown.length, 1], 'float32');
      optimizer.learningRate = rateAt(recipe.rate, step++, steps);
      const given = await model.trainOnBatch(x, y);
      loss += (typeof given === 'number' ? given : given[0]!) * batch.length;
      x.dispose();
      y.dispose();
      if (run.signal?.aborted) stopped = true;
    }
    run.progress?.(epoch + 1, loss / order.length);
  }
  let at = 0;
  for (const w of model.getWeights()) {
    const values = w.dataSync();
    parameters.all.set(values, at);
    at += values.length;
  }
  model.dispose();
  roundToSingle(parameters);
  return { network: new Network(parameters), stopped };
}

/** Sequences of a batch, drawn by weight: layers models take no weights here. */
function drawn(sequences: readonly Sequence[], batch: Int32Array, recipe: Recipe, random: Random): Sequence[] {
  const heaviest = Math.max(...sequences.map((s) => s.weight));
  return Array.from(batch, (i) => {
    let s = sequences[i]!;
    // Rejection: a light sequence often makes room for another one.
    for (let tries = 0; tries < 100 && random.unit() > s.weight / heaviest; tries++) {
      s = sequences[random.below(sequences.length)]!;
    }
    return s;
  }).slice(0, recipe.batch);
}
