import { z } from 'zod';

const interval = z.tuple([z.number(), z.number()]);

/** Quality on labelled rows. Shares 0 to 1 with 6 decimals; NULL where a class is missing. */
export const metricsSchema = z.strictObject({
  n: z.number().int(),
  positives: z.number().int(),
  auc: z.number().nullable(),
  auc_ci: interval.nullable(),
  accuracy: z.number(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  recall_ci: interval.nullable(),
  f1: z.number().nullable(),
  fpr: z.number().nullable(),
  fpr_ci: interval.nullable(),
  threshold: z.number(),
  /** What was drawn again and again for the 95 % intervals. */
  interval: z.string(),
});
export type Metrics = z.infer<typeof metricsSchema>;

const groupSchema = z.strictObject({
  name: z.string(),
  family: z.string(),
  malicious: z.number().int(),
  benign: z.number().int(),
  files: z.array(z.strictObject({ path: z.string(), sha256: z.string() })),
});

const factsSchema = z.strictObject({
  /** What one scored row is: flow, channel. */
  unit: z.string(),
  /** Settings of the learner that matter for the result. */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  stopped_early: z.boolean(),
  threshold: z.number().min(0).max(1),
  /** How the threshold was chosen. */
  threshold_rule: z.string(),
  data: z.array(groupSchema),
  features: z.array(
    z.strictObject({ name: z.string(), description: z.string(), importance: z.number().nullable().default(null) }),
  ),
  /** By name of the check: `held_out`, `out_of_bag`, … */
  metrics: z.record(z.string(), metricsSchema),
  /** Metrics of `held_out` per group, or other tables the kind wants kept. */
  details: z.record(z.string(), z.unknown()).default({}),
  /** Plain sentences: what the data and the model cannot show. */
  limits: z.array(z.string()),
});

/** What a kind says about a model it trained. */
export type CardFacts = z.input<typeof factsSchema>;

export const CARD_FORMAT = 'slipstream-model/1';

/** `card.json`. */
export const cardSchema = factsSchema.extend({
  format: z.literal(CARD_FORMAT),
  kind: z.string(),
  detection: z.string(),
  engine: z.string(),
  slipstream: z.string(),
  seed: z.number().int(),
  /** SHA-256 of every other file of the model by name. */
  files: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type ModelCard = z.infer<typeof cardSchema>;

const share = (v: number | null): string => (v === null ? '–' : v.toFixed(4));
const range = (v: readonly [number, number] | null): string => (v === null ? '' : ` (${share(v[0])}–${share(v[1])})`);
/** Names come from captures' paths and users: no table or markup may break by them. */
const cell = (text: string): string => text.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');

/** `card.md`: the same for people. */
export function cardMarkdown(card: ModelCard): string {
  const lines = [
    `# Model card: ${card.kind}`,
    '',
    `Scores each ${cell(card.unit)} for the detection \`${card.detection}\`. Engine ${cell(card.engine)}, seed ${card.seed}, slipstream ${card.slipstream}.` +
      (card.stopped_early ? ' **Training was stopped before its end.**' : ''),
    '',
    `Threshold **${card.threshold}**: ${cell(card.threshold_rule)}.`,
    '',
    '## What it cannot show',
    '',
    ...card.limits.map((l) => `- ${cell(l)}`),
    '',
    '## Quality',
    '',
    'Intervals are 95 %.',
    '',
    '| check | rows | malicious | AUC | recall | false positives | precision | F1 | interval |',
    '|---|--:|--:|---|---|---|--:|--:|---|',
    ...Object.entries(card.metrics).map(
      ([name, m]) =>
        `| ${cell(name)} | ${m.n} | ${m.positives} | ${share(m.auc)}${range(m.auc_ci)} | ${share(m.recall)}${range(m.recall_ci)} | ${share(m.fpr)}${range(m.fpr_ci)} | ${share(m.precision)} | ${share(m.f1)} | ${cell(m.interval)} |`,
    ),
    '',
    '## Data',
    '',
    '| group | family | malicious | benign | files |',
    '|---|---|--:|--:|--:|',
    ...card.data.map(
      (g) => `| ${cell(g.name)} | ${cell(g.family)} | ${g.malicious} | ${g.benign} | ${g.files.length} |`,
    ),
    '',
    'Files by SHA-256: `card.json`.',
    '',
    '## Features',
    '',
    '| feature | meaning | importance |',
    '|---|---|--:|',
    ...card.features.map((f) => `| ${cell(f.name)} | ${cell(f.description)} | ${f.importance ?? '–'} |`),
    '',
    '## Settings',
    '',
    ...Object.entries(card.parameters).map(([k, v]) => `- ${cell(k)}: ${cell(String(v))}`),
    '',
  ];
  return lines.join('\n');
}
