import type { Metrics } from './card.js';
import type { Scored } from './kind.js';
import { Random } from './random.js';

const round6 = (x: number): number => Math.round(x * 1e6) / 1e6;
const ratio = (a: number, b: number): number | null => (b === 0 ? null : round6(a / b));

/** Draws for the intervals; fewer where a class has very many units. */
const DRAWS = 1000;
const MAX_WORK = 50_000_000;
/** Ranks that the intervals tell apart. */
const BINS = 4096;

/**
 * Area under the ROC curve: the chance that a malicious row scores above a benign one, ties one half.
 * @returns null when a class is missing
 */
export function auc(scores: Float64Array, labels: Uint8Array): number | null {
  const order = byScore(scores);
  let area = 0;
  let below = 0;
  let positives = 0;
  for (let i = 0; i < order.length; ) {
    let j = i;
    let p = 0;
    let n = 0;
    for (; j < order.length && scores[order[j]!] === scores[order[i]!]; j++) labels[order[j]!] ? p++ : n++;
    area += p * (below + n / 2);
    below += n;
    positives += p;
    i = j;
  }
  return positives === 0 || below === 0 ? null : round6(area / (positives * below));
}

/**
 * Metrics of scores against labels. The 95 % intervals come from drawing whole groups again (a capture's rows are no
 * independent witnesses); a class that one group alone has is drawn by rows, and `interval` says so.
 */
export function metricsOf(scored: Scored, threshold: number, seed = 1): Metrics {
  const { scores, labels } = scored;
  let tp = 0;
  let fp = 0;
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    const hit = scores[i]! >= threshold;
    if (labels[i]) {
      positives++;
      if (hit) tp++;
    } else if (hit) fp++;
  }
  const n = scores.length;
  const negatives = n - positives;
  const ci = intervals(scored, threshold, seed);
  return {
    n,
    positives,
    auc: auc(scores, labels),
    auc_ci: ci.auc,
    accuracy: n === 0 ? 0 : round6((tp + negatives - fp) / n),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, positives),
    recall_ci: ci.recall,
    f1: ratio(2 * tp, tp + fp + positives),
    fpr: ratio(fp, negatives),
    fpr_ci: ci.fpr,
    threshold,
    interval: ci.how,
  };
}

/**
 * The lowest threshold that lets at most `maxFpr` of the benign rows through, halfway to the score that would be one too
 * many, so that scores a little off do not cross it.
 * @returns a value above 1 never; 1 when even the highest benign scores are too many
 */
export function thresholdFor(scores: Float64Array, labels: Uint8Array, maxFpr: number): number {
  const benign = scores.filter((_, i) => labels[i] === 0).sort();
  if (benign.length === 0) return 0.5;
  const allowed = Math.floor(maxFpr * benign.length);
  // benign[cut] and everything below stays below the threshold.
  const cut = benign.length - allowed - 1;
  if (cut < 0) return 0;
  const low = benign[cut]!;
  let high = 1;
  for (const s of scores) if (s > low && s < high) high = s;
  if (low >= 1) return 1;
  return Math.max(round6((low + high) / 2), round6(low + 1e-6));
}

/** Row numbers in order of score, ties in order of row. */
function byScore(scores: Float64Array): Uint32Array {
  const order = Uint32Array.from(scores, (_, i) => i);
  return order.sort((a, b) => scores[a]! - scores[b]! || a - b);
}

interface Intervals {
  readonly auc: [number, number] | null;
  readonly recall: [number, number] | null;
  readonly fpr: [number, number] | null;
  readonly how: string;
}

/** One class cut into units that are drawn whole: each a list of (bin, rows) and its rows at or above the threshold. */
interface Units {
  readonly starts: Uint32Array;
  readonly bins: Uint16Array;
  readonly counts: Uint32Array;
  readonly rows: Uint32Array;
  readonly hits: Uint32Array;
  readonly what: string;
}

function intervals(scored: Scored, threshold: number, seed: number): Intervals {
  const bins = binned(scored.scores);
  const positive = unitsOf(scored, bins, threshold, 1);
  const negative = unitsOf(scored, bins, threshold, 0);
  const random = new Random(seed);
  const units = positive.rows.length + negative.rows.length;
  const draws = Math.max(100, Math.min(DRAWS, Math.floor(MAX_WORK / Math.max(1, units))));
  const aucs = new Float64Array(draws);
  const recalls = new Float64Array(draws);
  const fprs = new Float64Array(draws);
  const p = new Float64Array(BINS);
  const n = new Float64Array(BINS);
  for (let d = 0; d < draws; d++) {
    recalls[d] = draw(positive, random, p);
    fprs[d] = draw(negative, random, n);
    let area = 0;
    let below = 0;
    let above = 0;
    for (let b = 0; b < BINS; b++) {
      area += p[b]! * (below + n[b]! / 2);
      below += n[b]!;
      above += p[b]!;
    }
    aucs[d] = area / (above * below);
  }
  const both = positive.rows.length > 0 && negative.rows.length > 0;
  return {
    auc: both ? percentiles(aucs) : null,
    recall: positive.rows.length > 0 ? percentiles(recalls) : null,
    fpr: negative.rows.length > 0 ? percentiles(fprs) : null,
    how: `${positive.what} malicious, ${negative.what} benign`,
  };
}

/** Draws as many units as there are, with replacement; fills `into` and returns the share of rows that hit. */
function draw(units: Units, random: Random, into: Float64Array): number {
  into.fill(0);
  let rows = 0;
  let hits = 0;
  const k = units.rows.length;
  for (let i = 0; i < k; i++) {
    const u = random.below(k);
    rows += units.rows[u]!;
    hits += units.hits[u]!;
    for (let e = units.starts[u]!; e < units.starts[u + 1]!; e++) into[units.bins[e]!]! += units.counts[e]!;
  }
  return rows === 0 ? 0 : hits / rows;
}

const percentiles = (values: Float64Array): [number, number] => {
  const sorted = Float64Array.from(values).sort();
  return [round6(sorted[Math.floor(0.025 * sorted.length)]!), round6(sorted[Math.ceil(0.975 * sorted.length) - 1]!)];
};

/** Ranks of the scores in at most BINS steps; equal scores share a step. */
function binned(scores: Float64Array): Uint16Array {
  const order = byScore(scores);
  const isNew = (i: number): boolean => i > 0 && scores[order[i]!] !== scores[order[i - 1]!];
  let distinct = 1;
  for (let i = 1; i < order.length; i++) if (isNew(i)) distinct++;
  const out = new Uint16Array(scores.length);
  let bin = 0;
  for (let i = 0; i < order.length; i++) {
    if (isNew(i)) bin = distinct <= BINS ? bin + 1 : Math.floor((i / order.length) * BINS);
    out[order[i]!] = bin;
  }
  return out;
}

function unitsOf(scored: Scored, bins: Uint16Array, threshold: number, wanted: 0 | 1): Units {
  const { scores, labels, groups } = scored;
  const rowsOf: number[] = [];
  const present = new Set<number>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== wanted) continue;
    rowsOf.push(i);
    present.add(groups[i]!);
  }
  const byGroup = present.size >= 2;
  const unitOf = (i: number): number => (byGroup ? groups[i]! : i);
  rowsOf.sort((a, b) => unitOf(a) - unitOf(b) || bins[a]! - bins[b]! || a - b);
  const starts: number[] = [];
  const entryBins: number[] = [];
  const counts: number[] = [];
  const rows: number[] = [];
  const hits: number[] = [];
  for (let k = 0; k < rowsOf.length; k++) {
    const i = rowsOf[k]!;
    const isNew = k === 0 || unitOf(rowsOf[k - 1]!) !== unitOf(i);
    if (isNew) {
      starts.push(entryBins.length);
      rows.push(0);
      hits.push(0);
    }
    if (isNew || entryBins.at(-1) !== bins[i]) {
      entryBins.push(bins[i]!);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    rows[rows.length - 1]!++;
    if (scores[i]! >= threshold) hits[hits.length - 1]!++;
  }
  starts.push(entryBins.length);
  return {
    starts: Uint32Array.from(starts),
    bins: Uint16Array.from(entryBins),
    counts: Uint32Array.from(counts),
    rows: Uint32Array.from(rows),
    hits: Uint32Array.from(hits),
    what: byGroup ? `${rows.length} groups` : `${rows.length} rows`,
  };
}
