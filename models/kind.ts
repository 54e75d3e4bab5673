import type { AnalysisOptions } from '../analysis/options.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import type { ModelFolder } from './artifact.js';
import type { CardFacts } from './card.js';

/** Rows that belong together and never stand on both sides of a split: one INPUT, or one data set of `datasets.yaml`. */
export interface Group {
  /** Unique; also the `site` of its sources in the case. */
  readonly name: string;
  /** Malware family or kind of use; groups of one family are held out together. */
  readonly family: string;
  /** Its files, sorted by SHA-256. `path` is relative to the INPUT argument. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** Labelled captures, read. `close` removes the temporary case. */
export interface LabelledData {
  /**
   * A case of its own with every capture: the views `d_flows`, `d_ssl`, … are there, `labels` has the classes, and the
   * temporary table `model_groups(site, number, name, family)` says which group a site is; `number` is its index in
   * `groups`.
   */
  readonly store: CaseStore;
  readonly groups: readonly Group[];
  /** Inputs that the kind reads by itself (`readsFile`), each with the index of its group. */
  readonly files: readonly { readonly path: string; readonly group: number }[];
  close(): void;
}

/** How far training has come. Loss or out-of-bag error where there is one yet. */
export interface TrainProgress {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  readonly loss?: number;
}

export interface TrainOptions {
  /** The only source of chance: one seed, the same files byte for byte. */
  readonly seed: number;
  readonly engine: string;
  /** Share of benign rows of groups held out that the threshold may let through. */
  readonly maxFpr: number;
  /**
   * Set when the user interrupts or time is up: `train` then returns the best it has, with `stoppedEarly`. Training has
   * to give the event loop a turn now and then (`await setImmediate()`), else the signal never comes.
   */
  readonly signal: AbortSignal;
  readonly progress: (p: TrainProgress) => void;
}

/** What training gives: files of the artifact by name (no folders), and what the card says. */
export interface Trained {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly card: CardFacts;
}

/** Scores of labelled rows; all arrays have one entry per row. */
export interface Scored {
  /** 0 to 1, rounded to 6 decimals. */
  readonly scores: Float64Array;
  /** 1 malicious, 0 benign. */
  readonly labels: Uint8Array;
  /** Index into the groups of the data. */
  readonly groups: Int32Array;
  /** What a row is, for the texts: `flow`, `channel`. */
  readonly unit: string;
}

/** Labelled rows as a kind of model sees them: before any learning. */
export interface FeatureTable {
  /** What a row is: `flow`, `channel`. */
  readonly unit: string;
  /** Names and meanings, one per column. */
  readonly features: readonly { readonly name: string; readonly description: string }[];
  /** One array per feature, one entry per row; NaN where it is not known. */
  readonly columns: readonly Float32Array[];
  /** 1 malicious, 0 benign; one entry per row. */
  readonly labels: Uint8Array;
  /** Index into `groupNames`, one entry per row: rows of a group never stand on both sides of a split. */
  readonly groups: Int32Array;
  readonly groupNames: readonly string[];
}

/** Whether a model can judge a case. */
export interface Scope {
  /** False when nothing in the case can be judged: the detection is not decided. */
  readonly able: boolean;
  /** What cannot be judged and why, for `detection_runs`. */
  readonly reason: string | undefined;
}

/** A model that was read from its folder. */
export interface Model {
  readonly folder: ModelFolder;
  /** Asked before `scoreCase`; without it everything can be judged. */
  scope?(store: CaseStore): Promise<Scope>;
  /** Scores labelled data for `evaluate` and `models compare`. */
  score(data: LabelledData): Promise<Scored>;
  /**
   * Scores a case that is being analysed into the temporary table that the detection's SQL reads. Memory stays bounded
   * whatever the number of rows.
   */
  scoreCase(store: CaseStore, options: AnalysisOptions): Promise<void>;
}

/** A kind of model: a folder of `models/` whose `kind.ts` exports `kind`. The folder's name is the kind's name. */
export interface ModelKind {
  /** As in `train NAME` and `--model NAME=DIR`. */
  readonly name: string;
  /** The detection that uses it. */
  readonly detection: string;
  readonly description: string;
  /** Engines it can train with; the first is the default. */
  readonly engines: readonly string[];
  /** Whether a file that no reader knows is labelled data for this kind. */
  readsFile?(path: string): boolean;
  /** The rows that `train` would learn from. */
  features(data: LabelledData): Promise<FeatureTable>;
  /** @throws CliError when the data cannot make a model: it says what is missing */
  train(data: LabelledData, options: TrainOptions): Promise<Trained>;
  /** @throws CliError when the folder is no model of this kind */
  load(folder: ModelFolder): Promise<Model>;
}
