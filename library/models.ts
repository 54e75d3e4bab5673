import { CliError, inputError, usageError } from '../cli/errors.js';
import { resources } from '../cli/resources.js';
import { openModel, writeModel } from '../models/artifact.js';
import type { Metrics, ModelCard } from '../models/card.js';
import type { FeatureTable, LabelledData, ModelKind } from '../models/kind.js';
import { groupNames, type LabelledInput, nothingLabelled, readLabelled } from '../models/labelled.js';
import { metricsOf } from '../models/metrics.js';
import { loadKind, shippedModel } from '../models/registry.js';
import { type Callbacks, listener, type ResourceOptions } from './options.js';

export type { FeatureTable, Metrics, ModelCard };

/** A labelled capture. Its rows stay together: all of them learn, or all of them test. */
export interface LabelledCapture {
  /** File or folder; for `cc` also a TSV of letters. */
  readonly path: string;
  /** Label of flows whose records have none. */
  readonly label?: 'malicious' | 'benign' | undefined;
  /** Captures of one family are held out together. Default: each capture its own. */
  readonly family?: string | undefined;
  /** CSV with a header `uid,label`. */
  readonly uids?: string | undefined;
  /** CSV with a header `host,label`. */
  readonly hosts?: string | undefined;
}

/** Options of `train`. */
export interface TrainChoices extends ResourceOptions, Callbacks {
  /** Folder of the model: `card.json`, `card.md` and its files. */
  readonly output: string;
  /** Whole number from 0. One seed, the same files byte for byte. Default 1. */
  readonly seed?: number | undefined;
  /** How it learns; default: the first that the kind has (`native`). */
  readonly engine?: string | undefined;
  /** Share (0 to 0.5) of benign rows held out that the threshold may let through. Default 0.01. */
  readonly maxFpr?: number | undefined;
  /** Aborting keeps the best so far. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a model on labelled captures and writes it with its card: the command `train` as a function.
 * @param kind `https` (malicious TLS flows) or `cc` (command and control by letters)
 * @returns the card: hashes of the data, features, metrics on rows held out with intervals, threshold, limits
 * @throws SlipstreamError when the captures cannot be read or cannot make a model
 */
export async function train(
  kind: string,
  captures: readonly LabelledCapture[],
  options: TrainChoices,
): Promise<ModelCard> {
  const { seed = 1, maxFpr = 0.01, signal = new AbortController().signal, onProgress } = options;
  if (!Number.isInteger(seed) || seed < 0 || seed > 4294967295) throw usageError(`seed ${seed}: a whole number from 0`);
  if (!(maxFpr >= 0 && maxFpr <= 0.5)) throw usageError(`maxFpr ${maxFpr}: a share from 0 to 0.5`);
  const found = await loadKind(kind);
  const engine = options.engine ?? found.engines[0]!;
  if (!found.engines.includes(engine)) throw usageError(`engine ${engine}: one of ${found.engines.join(', ')}`);
  return withData(found, captures, options, async (data) => {
    const progress = (p: { step: string; done: number; total: number }): void => onProgress?.(p.step, p.done, p.total);
    return writeModel(
      options.output,
      found,
      engine,
      seed,
      await found.train(data, { seed, engine, maxFpr, signal, progress }),
    );
  });
}

/**
 * Metrics of a model on labelled captures: the command `evaluate` as a function. Shares are 0 to 1.
 * @param model folder of a model; default: the one that ships
 * @throws SlipstreamError when the model or the captures cannot be read, or nothing in them has a label
 */
export async function evaluate(
  kind: string,
  captures: readonly LabelledCapture[],
  options: ResourceOptions & Callbacks & { readonly model?: string | undefined } = {},
): Promise<Metrics> {
  const found = await loadKind(kind);
  const folder = options.model === undefined ? shippedModel(kind) : openModel(options.model, kind);
  if (!folder) throw inputError(`no ${kind} model ships with slipstream: train one and name its folder`);
  const model = await found.load(folder);
  return withData(found, captures, options, async (data) => {
    const scored = await model.score(data);
    if (scored.labels.length === 0) throw await nothingLabelled(data, scored.unit);
    return metricsOf(scored, folder.card.threshold);
  });
}

/**
 * What a kind of model sees of labelled captures: its features, one row per flow (`https`) or channel (`cc`).
 * @throws SlipstreamError when the captures cannot be read
 */
export async function features(
  kind: string,
  captures: readonly LabelledCapture[],
  options: ResourceOptions & Callbacks = {},
): Promise<FeatureTable> {
  const found = await loadKind(kind);
  return withData(found, captures, options, (data) => found.features(data));
}

/** The card of a model. @param folder default: the model that ships @throws SlipstreamError when it is none */
export function modelCard(kind: string, folder?: string): ModelCard {
  const model = folder === undefined ? shippedModel(kind) : openModel(folder, kind);
  if (!model) throw new CliError(`no ${kind} model ships with slipstream`, 3);
  return model.card;
}

async function withData<T>(
  kind: ModelKind,
  captures: readonly LabelledCapture[],
  options: ResourceOptions & Callbacks,
  work: (data: LabelledData) => Promise<T>,
): Promise<T> {
  if (captures.length === 0) throw usageError('no labelled captures');
  const names = groupNames(captures.map((c) => c.path));
  const inputs = captures.map(
    ({ path, label, family, uids, hosts }, i): LabelledInput => ({
      paths: [path],
      group: names[i]!,
      family: family ?? names[i]!,
      label,
      uids,
      hosts,
    }),
  );
  const { update, warn } = listener(options);
  const { threads, memoryLimit } = options;
  const given = resources({
    ...(threads === undefined ? {} : { threads: String(threads) }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  });
  const data = await readLabelled(kind, inputs, { ...given, progress: update, warn });
  try {
    return await work(data);
  } finally {
    data.close();
  }
}
