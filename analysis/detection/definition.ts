import { z } from 'zod';

export const THREAT_LEVELS = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type ThreatLevel = (typeof THREAT_LEVELS)[number];

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const value = z.union([scalar, z.array(z.union([z.string(), z.number()]))]);

/** `detection.yaml`. Unknown keys are refused. */
export const definitionSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens'),
  title: z.string().min(1),
  /** What it means and how it decides, for the report and `detections show`. */
  description: z.string().min(1),
  /** One sentence per finding; `{attacker}`, `{details.hosts}` and the like are filled in. */
  message: z.string().min(1),
  module: z.string().min(1),
  threat_level: z.enum(THREAT_LEVELS),
  /** MITRE ATT&CK technique ids. */
  techniques: z.array(z.string().regex(/^T\d{4}(\.\d{3})?$/)).default([]),
  false_positives: z.array(z.string()).default([]),
  parameters: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.strictObject({ default: value, description: z.string().min(1) }))
    .default({}),
  /** Fields without which it cannot decide, as `table.column`. One inner list: any of them is enough. */
  requires: z.array(z.union([z.string(), z.array(z.string())])).default([]),
  scope: z.enum(['window', 'pair', 'case']).default('window'),
  /** Scope window, but what it says of a window also depends on rows of others: live runs it over all that is kept. */
  looks_back: z.boolean().default(false),
  /** What a finding is about: names the subject that enters the evidence id. */
  key: z.string().min(1),
  role: z.enum(['attacker', 'victim']).default('attacker'),
  /** An attacked host is an affected host: its evidence enters the score though its role is victim. */
  victim_counts: z.boolean().default(false),
  attacker_kind: z.string().default('ip'),
  victim_kind: z.string().default('ip'),
  references: z.array(z.string()).default([]),
});

/** A detection as its YAML defines it. */
export type Definition = z.infer<typeof definitionSchema>;

/** A table that a detection brings along: `data/NAME.csv`, with a header. Its SQL reads it as `data_NAME`, all columns text. */
export interface DataTable {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

/** A detection folder, read and checked. */
export interface Detection extends Definition {
  /** Text of `detection.sql`. */
  readonly sql: string;
  /** Text of `flows.sql`, when the folder has one. */
  readonly flowsSql: string | undefined;
  /** Tables of `data/`, by name; absent when the folder has none. */
  readonly data?: readonly DataTable[];
  readonly folder: string;
}
