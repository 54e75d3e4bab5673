import { inputError } from '../../cli/errors.js';
import type { CardFacts } from '../card.js';
import { outOfBagError } from '../forest/train.js';
import type { Group, LabelledData, Trained, TrainOptions } from '../kind.js';
import { metricsOf, thresholdFor } from '../metrics.js';
import { calibrated } from './calibrate.js';
import { featureNames, featuresOf, VARIANTS, type Variant } from './features.js';
import { foldsOf } from './folds.js';
import { type HeldOut, holdOut } from './hold-out.js';
import { type LabelledRows, labelledRows, pick } from './labelled-rows.js';
import { type Learned, learn } from './learner.js';
import { modelFile, type StoredVariant } from './model-file.js';
import { SETTINGS } from './settings.js';

/** Recall on what was held out below which a variant is no help and is left out of the model. */
const LEAST_RECALL = 0.25;

interface TrainedVariant {
  readonly variant: Variant;
  readonly rows: LabelledRows;
  readonly learned: Learned;
  readonly heldOut: HeldOut | undefined;
  /** On the forest's own scale. */
  readonly threshold: number;
}

/** Trains both variants, holds out families, chooses thresholds and writes down what came of it. */
export async function train(data: LabelledData, options: TrainOptions): Promise<Trained> {
  options.progress({ step: 'features', done: 0, total: 0 });
  const all = await labelledRows(data);
  check(all);
  // The tables have done their part: their memory is for the forests.
  await data.store.shareMemory();
  const trained: TrainedVariant[] = [];
  for (const variant of VARIANTS) {
    const rows = rowsOf(all, variant);
    if (new Set(rows.labels).size < 2) continue;
    trained.push(await trainVariant(rows, variant, data.groups, options));
    if (options.signal.aborted) break;
  }
  return artifact(trained, data.groups, all, options);
}

function check(rows: LabelledRows): void {
  const malicious = rows.labels.reduce((a, b) => a + b, 0);
  const benign = rows.labels.length - malicious;
  if (rows.labels.length === 0) {
    throw inputError('no labelled TLS flows in these inputs: they need TLS handshakes, or flows to ports of TLS');
  }
  if (malicious === 0 || benign === 0) {
    throw inputError(
      `only ${malicious === 0 ? 'benign' : 'malicious'} TLS flows among the labelled (${rows.labels.length}): both classes are needed`,
    );
  }
}

/** `tls`: rows with handshakes. `flow`: every row, its handshake unknown. */
function rowsOf(all: LabelledRows, variant: Variant): LabelledRows {
  const wanted = everyRow(all).filter((i) => variant === 'flow' || all.tls[i] === 1);
  return pick(all, wanted, featureNames(variant));
}

async function trainVariant(
  rows: LabelledRows,
  variant: Variant,
  groups: readonly Group[],
  options: TrainOptions,
): Promise<TrainedVariant> {
  const { engine, seed, signal, maxFpr } = options;
  const learned = await learn(rows, everyRow(rows), engine, seed, signal, (done, total, outOfBag) => {
    // The estimate walks over all rows: now and then is enough.
    const loss = outOfBag && (done % 10 === 0 || done === total) ? outOfBagError(outOfBag, rows.labels) : undefined;
    options.progress({ step: `${variant}: trees`, done, total, ...(loss === undefined ? {} : { loss }) });
  });
  const folds = signal.aborted ? undefined : foldsOf(rows, groups);
  const heldOut = folds
    ? await holdOut(rows, folds, engine, seed, maxFpr, signal, (fold, done, total) =>
        options.progress({ step: `${variant}: without ${fold}`, done, total }),
      )
    : undefined;
  return {
    variant,
    rows,
    learned,
    heldOut,
    threshold: heldOut?.threshold ?? thresholdFor(...outOfBagScores(learned, rows), maxFpr),
  };
}

const everyRow = (rows: LabelledRows): Int32Array => Int32Array.from(rows.labels, (_, i) => i);

/** Scores of the rows that some trees did not see; without an estimate everything is at .5. */
function outOfBagScores(learned: Learned, rows: LabelledRows): [Float64Array, Uint8Array] {
  const { outOfBag } = learned;
  if (!outOfBag) return [new Float64Array(0), new Uint8Array(0)];
  const seen = everyRow(rows).filter((i) => outOfBag.trees[i]! > 0);
  return [
    Float64Array.from(seen, (i) => Math.round((outOfBag.sums[i]! / outOfBag.trees[i]!) * 1e6) / 1e6),
    Uint8Array.from(seen, (i) => rows.labels[i]!),
  ];
}

function artifact(
  trained: readonly TrainedVariant[],
  groups: readonly Group[],
  all: LabelledRows,
  options: TrainOptions,
): Trained {
  const metrics: NonNullable<CardFacts['metrics']> = {};
  const details: Record<string, unknown> = {};
  const files: Record<string, string | Uint8Array> = {};
  const stored: StoredVariant[] = [];
  const limits: string[] = [];
  for (const t of trained) {
    const prefix = t.variant === 'tls' ? '' : 'flow_only_';
    if (t.heldOut) {
      metrics[`${prefix}held_out`] = metricsOf(
        { scores: t.heldOut.scores, labels: t.rows.labels, groups: t.rows.groups, unit: 'flow' },
        0.5,
      );
      details[`${prefix}folds`] = t.heldOut.folds;
    }
    const [scores, labels] = outOfBagScores(t.learned, t.rows);
    if (scores.length === t.rows.labels.length) {
      metrics[`${prefix}out_of_bag`] = metricsOf(
        { scores: scores.map((s) => calibrated(s, t.threshold)), labels, groups: t.rows.groups, unit: 'flow' },
        0.5,
      );
    }
    const recall = metrics[`${prefix}held_out`]?.recall ?? null;
    if (t.variant === 'flow' && stored.length > 0 && (recall === null || recall < LEAST_RECALL)) {
      limits.push(
        `Sources without TLS handshakes are not decided: on what was held out the model on flows alone found ${recall === null ? 'nothing that could be measured' : `${(recall * 100).toFixed(1)} % of the malicious flows`}.`,
      );
      continue;
    }
    const name = `${t.variant}${options.engine === 'native' ? '.forest' : '.ml-random-forest.json'}`;
    files[name] = t.learned.file;
    stored.push({ variant: t.variant, file: name, engine: options.engine, threshold: t.threshold });
  }
  files['model.json'] = modelFile(stored);
  const main = trained[0]!;
  return {
    files,
    card: {
      unit: 'flow',
      parameters: {
        ...SETTINGS,
        features_per_split: Math.ceil(Math.sqrt(main.rows.names.length)),
        classes: 'weighed alike; a group counts by the square root of its flows',
        max_fpr: options.maxFpr,
        ...Object.fromEntries(stored.map((s) => [`threshold_${s.variant}`, s.threshold])),
      },
      stopped_early: options.signal.aborted || trained.some((t) => t.learned.stopped),
      threshold: 0.5,
      threshold_rule: main.heldOut
        ? `scores are moved so that .5 is where at most ${options.maxFpr * 100} % of the benign flows of groups held out pass, of all together and of each larger fold`
        : 'scores are moved so that .5 is the threshold on out-of-bag rows: no group was held out',
      data: groups.map((g, i) => ({
        name: g.name,
        family: g.family,
        malicious: count(all, i, 1),
        benign: count(all, i, 0),
        files: [...g.files],
      })),
      features: featuresOf(main.variant).map(([name, description], f) => ({
        name,
        description,
        importance: main.heldOut?.importance[f] ?? null,
      })),
      metrics,
      details,
      limits: [...limitsOf(main, groups), ...limits],
    },
  };
}

function count(rows: LabelledRows, group: number, label: number): number {
  let n = 0;
  for (let i = 0; i < rows.labels.length; i++) if (rows.groups[i] === group && rows.labels[i] === label) n++;
  return n;
}

/** What the numbers of this very training cannot show. */
function limitsOf(main: TrainedVariant, groups: readonly Group[]): string[] {
  const { rows, heldOut } = main;
  const of = (label: number): number[] => [...new Set(rows.groups.filter((_, i) => rows.labels[i] === label))];
  const families = new Set(of(1).map((g) => groups[g]!.family));
  const out = [
    `Malicious flows come from ${of(1).length} captures of ${families.size} families, benign ones from ${of(0).length} captures: other families and other networks may look different.`,
  ];
  if (main.variant === 'tls') {
    out.push(
      'TLS 1.3 hides the certificate from the wire: there it goes by name, sizes, timing and the rest of the handshake.',
    );
  }
  if (!heldOut) {
    out.push(
      'Nothing could be held out (a class from one group alone, or training was stopped): how it does on other captures is not known.',
    );
  } else if (families.size < 2) {
    out.push('The malicious flows are of one family: no other family was ever held out.');
  }
  const missed = heldOut?.folds.filter((f) => f.recall !== null && f.recall < 0.5) ?? [];
  if (missed.length > 0) {
    out.push(`Held out, it found less than half of the flows of ${missed.map((f) => f.fold).join(', ')}.`);
  }
  return out;
}
