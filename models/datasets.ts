import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { inputError } from '../cli/errors.js';
import { asset } from '../cli/package-root.js';
import { parseYaml } from '../cli/yaml-file.js';
import type { LabelledInput } from './labelled.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits');

const datasetSchema = z.strictObject({
  /** The group: held out whole. */
  name: z.string().min(1),
  family: z.string().min(1),
  /** Kinds of model that train on it. */
  kinds: z.array(z.string()).min(1),
  origin: z.strictObject({ repository: z.string(), commit: z.string(), path: z.string() }),
  licence: z.string(),
  /** What the labels are: those of the records, one for all flows, or the endpoints below. */
  labels: z.enum(['column', 'malicious', 'benign', 'endpoints']),
  malicious: z
    .array(z.strictObject({ host: z.string().optional(), endpoint: z.string(), port: z.number().int().optional() }))
    .optional(),
  /** Flows to these get no label. */
  unlabelled: z
    .array(z.strictObject({ host: z.string().optional(), endpoint: z.string(), port: z.number().int().optional() }))
    .optional(),
  /** What flows are that no endpoint rule names. */
  rest: z.enum(['benign', 'unlabelled']).optional(),
  note: z.string().optional(),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number().int().positive(), sha256 })).min(1),
});

export const datasetsSchema = z.strictObject({
  /** Sentences for the card of every model of a kind that is trained on the list. */
  notes: z.record(z.string(), z.array(z.string())).default({}),
  datasets: z.array(datasetSchema),
});
export type Dataset = z.infer<typeof datasetSchema>;

const ownList = (): string => asset('models', 'datasets.yaml');

/** The data sets of a list, the project's own by default. */
export const readDatasets = (file = ownList()): readonly Dataset[] => parseYaml(file, datasetsSchema).datasets;

/** What a list says about models of a kind that are trained on it. */
export const datasetNotes = (kind: string, file = ownList()): readonly string[] =>
  parseYaml(file, datasetsSchema).notes[kind] ?? [];

/**
 * Files of the data sets of a kind, looked for under `folder` by size and SHA-256: names and places do not matter.
 * @throws CliError naming what is missing
 */
export function findDatasets(
  folder: string,
  kind: string,
  list: string | undefined,
  progress: (step: string, done: number, total: number) => void = () => undefined,
): LabelledInput[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw inputError(`${folder}: no such folder`);
  const datasets = readDatasets(list).filter((d) => d.kinds.includes(kind));
  const sizes = new Set(datasets.flatMap((d) => d.files.map((f) => f.bytes)));
  const candidates = filesUnder(folder).filter((f) => sizes.has(f.bytes));
  const found = new Map<string, string>();
  for (const [i, file] of candidates.entries()) {
    progress('hashing', i, candidates.length);
    const hash = hashFile(file.path);
    if (!found.has(hash)) found.set(hash, file.path);
  }
  const missing = datasets.flatMap((d) =>
    d.files.filter((f) => !found.has(f.sha256)).map((f) => `${d.name}/${f.name}`),
  );
  if (missing.length > 0) {
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
    throw inputError(
      `${folder}: holds no ${missing.slice(0, 3).join(', ')}${more}; models/datasets.yaml says where from`,
    );
  }
  return datasets.map((d) => ({
    paths: d.files.map((f) => found.get(f.sha256)!),
    group: d.name,
    family: d.family,
    ...(d.labels === 'malicious' || d.labels === 'benign' ? { label: d.labels } : {}),
    ...(d.labels === 'endpoints'
      ? { malicious: d.malicious ?? [], unlabelled: d.unlabelled ?? [], rest: d.rest ?? 'unlabelled' }
      : {}),
  }));
}

function filesUnder(folder: string): { path: string; bytes: number }[] {
  const out: { path: string; bytes: number }[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) out.push(...filesUnder(path));
    else if (entry.isFile()) out.push({ path, bytes: statSync(path).size });
  }
  return out;
}

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1 << 20);
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const n = readSync(fd, buffer, 0, buffer.length, null);
      if (n === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, n));
    }
  } finally {
    closeSync(fd);
  }
}
