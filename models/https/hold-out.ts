import { setImmediate as turn } from 'node:timers/promises';
import type { Forest } from '../forest/forest.js';
import { permutationImportance } from '../forest/importance.js';
import { ForestScorer } from '../forest/score.js';
import { auc, thresholdFor } from '../metrics.js';
import { calibrated } from './calibrate.js';
import type { Fold } from './folds.js';
import { type LabelledRows, pick } from './labelled-rows.js';
import { learn } from './learner.js';

/** What forests say about the rows of the folds that they were not trained on. */
export interface HeldOut {
  /** Per row, on the scale where the threshold is .5; a fold's threshold comes from the other folds. */
  readonly scores: Float64Array;
  /** From the benign rows of all folds and of each: the one to keep. */
  readonly threshold: number;
  readonly folds: readonly FoldResult[];
  /** Loss of AUC per feature, mean over the folds that have both classes. */
  readonly importance: readonly (number | null)[];
}

export interface FoldResult {
  readonly fold: string;
  readonly malicious: number;
  readonly benign: number;
  readonly auc: number | null;
  readonly recall: number | null;
  readonly false_positives: number;
}

/** Benign rows from which a fold has a say of its own in the threshold. */
const HAS_A_SAY = 100;
/** Rows of a fold that the importance of features is judged on, at most. */
const JUDGED = 50_000;

/** Scores every fold by a forest of the others; undefined when it was interrupted. */
export async function holdOut(
  rows: LabelledRows,
  folds: readonly Fold[],
  engine: string,
  seed: number,
  maxFpr: number,
  signal: AbortSignal,
  progress: (fold: string, done: number, total: number) => void,
): Promise<HeldOut | undefined> {
  const n = rows.labels.length;
  const raw = new Float64Array(n);
  const foldOf = new Int32Array(n);
  for (let i = 0; i < n; i++) foldOf[i] = folds.findIndex((f) => f.groups.has(rows.groups[i]!));
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const sums = rows.names.map(() => 0);
  let judged = 0;
  for (const [k, fold] of folds.entries()) {
    const inside = all.filter((i) => foldOf[i] === k);
    const train = all.filter((i) => foldOf[i] !== k);
    if (!hasBoth(rows.labels, train)) return undefined;
    const learned = await learn(rows, train, engine, seed, signal, (done, total) => progress(fold.name, done, total));
    if (learned.stopped || signal.aborted) return undefined;
    const { outOfBag } = learned;
    if (outOfBag) for (const i of inside) raw[i] = Math.round((outOfBag.sums[i]! / outOfBag.trees[i]!) * 1e6) / 1e6;
    else scoreRows(learned.forest, pick(rows, inside, rows.names), inside, raw);
    await turn();
    const importance = permutationImportance(learned.forest, pick(rows, some(inside), rows.names), seed);
    if (importance.every((v) => v !== null)) {
      judged++;
      for (const [f, v] of importance.entries()) sums[f]! += v;
    }
  }
  const scores = new Float64Array(n);
  const results: FoldResult[] = [];
  for (const [k, fold] of folds.entries()) {
    const inside = all.filter((i) => foldOf[i] === k);
    const others = all.filter((i) => foldOf[i] !== k);
    const threshold = strictest(raw, rows.labels, others, foldOf, maxFpr);
    for (const i of inside) scores[i] = calibrated(raw[i]!, threshold);
    const [own, labels] = taken(raw, rows.labels, inside);
    const malicious = labels.reduce((a, b) => a + b, 0);
    const hits = (label: number): number => inside.filter((i) => rows.labels[i] === label && scores[i]! >= 0.5).length;
    results.push({
      fold: fold.name,
      malicious,
      benign: inside.length - malicious,
      auc: auc(own, labels),
      recall: malicious === 0 ? null : Math.round((hits(1) / malicious) * 1e6) / 1e6,
      false_positives: hits(0),
    });
  }
  return {
    scores,
    threshold: strictest(raw, rows.labels, all, foldOf, maxFpr),
    folds: results,
    importance: sums.map((s) => (judged === 0 ? null : Math.round((s / judged) * 1e6) / 1e6)),
  };
}

/**
 * The threshold that at most `maxFpr` of the benign rows pass, of all together and of each larger fold: a fold with many easy
 * benign flows does not make up for one where the model is wrong.
 */
export function strictest(
  raw: Float64Array,
  labels: Uint8Array,
  among: Int32Array,
  foldOf: Int32Array,
  maxFpr: number,
): number {
  let threshold = thresholdFor(...taken(raw, labels, among), maxFpr);
  for (const k of new Set(among.map((i) => foldOf[i]!))) {
    const fold = among.filter((i) => foldOf[i] === k);
    if (fold.filter((i) => labels[i] === 0).length < HAS_A_SAY) continue;
    threshold = Math.max(threshold, thresholdFor(...taken(raw, labels, fold), maxFpr));
  }
  return threshold;
}

const taken = (raw: Float64Array, labels: Uint8Array, list: Int32Array): [Float64Array, Uint8Array] => [
  Float64Array.from(list, (i) => raw[i]!),
  Uint8Array.from(list, (i) => labels[i]!),
];

function scoreRows(forest: Forest, held: LabelledRows, numbers: Int32Array, into: Float64Array): void {
  const scores = new Float64Array(numbers.length);
  new ForestScorer(forest).score(held.columns, numbers.length, scores);
  for (const [at, i] of numbers.entries()) into[i] = scores[at]!;
}

const hasBoth = (labels: Uint8Array, rows: Int32Array): boolean =>
  rows.some((i) => labels[i] === 0) && rows.some((i) => labels[i] === 1);

/** Rows in even steps, so that there are not too many. */
function some(rows: Int32Array): Int32Array {
  const step = Math.ceil(rows.length / JUDGED);
  return step <= 1 ? rows : rows.filter((_, k) => k % step === 0);
}
