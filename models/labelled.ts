import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { defaultOptions } from '../analysis/options.js';
import { createViews } from '../analysis/views.js';
import { ignoreFlows } from '../analysis/whitelist/ignore-flows.js';
import { setVariables } from '../analysis/windows/set-variables.js';
import { inputError } from '../cli/errors.js';
import { CaseStore } from '../ingest/case/case-store.js';
import type { Database } from '../ingest/case/database.js';
import { lit } from '../ingest/case/sql.js';
import { ingest } from '../ingest/ingest.js';
import { applyLabels } from '../ingest/labels/apply-labels.js';
import type { ModelCard } from './card.js';
import type { Group, LabelledData, ModelKind } from './kind.js';

/** Flows of one endpoint (of a host) that a data set calls malicious. */
export interface EndpointRule {
  readonly host?: string | undefined;
  readonly endpoint: string;
  readonly port?: number | undefined;
}

/** What is read together as one group. */
export interface LabelledInput {
  readonly paths: readonly string[];
  readonly group: string;
  readonly family: string;
  /** Every flow gets this label, unless its record has one of its own. */
  readonly label?: 'malicious' | 'benign' | undefined;
  /** CSV of uid,label or host,label. */
  readonly uids?: string | undefined;
  readonly hosts?: string | undefined;
  /** Flows that are malicious; of the others `rest` says what they are. */
  readonly malicious?: readonly EndpointRule[] | undefined;
  /** Flows that get no label. */
  readonly unlabelled?: readonly EndpointRule[] | undefined;
  readonly rest?: 'benign' | 'unlabelled' | undefined;
}

export interface LabelledOptions {
  readonly threads: number;
  readonly memoryLimit: string;
  readonly progress?: (step: string, done: number, total: number) => void;
  readonly warn?: (message: string) => void;
}

/**
 * Reads labelled inputs into a temporary case.
 * @throws CliError when nothing could be read
 */
export async function readLabelled(
  kind: ModelKind,
  inputs: readonly LabelledInput[],
  options: LabelledOptions,
): Promise<LabelledData> {
  const folder = mkdtempSync(join(tmpdir(), 'slipstream-train-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  let store: CaseStore;
  try {
    store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', ...options });
  } catch (error) {
    remove();
    throw error;
  }
  const close = (): void => {
    store.close();
    remove();
  };
  try {
    const files: { path: string; group: number; sha256: string }[] = [];
    /** Flows that each file of labels names, over all inputs. */
    const labelled = new Map<string, number>();
    for (const [number, input] of inputs.entries()) {
      options.progress?.(`reading ${input.group}`, number, inputs.length);
      const own = input.paths.filter((p) => kind.readsFile?.(p) === true);
      for (const path of own) files.push({ path, group: number, sha256: sha256File(path) });
      const captures = input.paths.filter((p) => !own.includes(p));
      if (captures.length > 0) await readCaptures(store, captures, input, options, labelled);
    }
    for (const [file, flows] of labelled) {
      if (flows === 0) options.warn?.(`${file}: names no flow of these inputs, so it labels none`);
    }
    const groups = await groupsOf(store.db, inputs, files);
    await prepareCase(store.db, groups);
    return { store, groups, files, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function readCaptures(
  store: CaseStore,
  paths: readonly string[],
  input: LabelledInput,
  options: LabelledOptions,
  labelled: Map<string, number>,
): Promise<void> {
  const results = await ingest(store, paths, {
    site: input.group,
    ...(input.label === undefined ? {} : { label: input.label }),
    ...(options.warn ? { warn: options.warn } : {}),
  });
  for (const r of results) {
    if (r.status === 'failed') options.warn?.(`${r.path}: ${r.message}; not read`);
    if (r.status === 'known') options.warn?.(`${r.path}: the same file is in another group already; not read twice`);
  }
  const only = `source_id IN (SELECT source_id FROM sources WHERE site = ${lit(input.group)})`;
  const count = async (file: string, flows: Promise<number>): Promise<void> => {
    labelled.set(file, (labelled.get(file) ?? 0) + (await flows));
  };
  if (input.uids) await count(input.uids, applyLabels(store.db, { file: input.uids, only }));
  if (input.hosts) await count(input.hosts, applyLabels(store.db, { hosts: input.hosts, only }));
  if (input.malicious) await labelByRules(store.db, input, only);
}

/** What to say of a model that was trained on some of the files it is measured with; undefined where it saw none of them. */
export function seenBefore(data: LabelledData, name: string, card: ModelCard): string | undefined {
  const known = new Set(card.data.flatMap((g) => g.files.map((f) => f.sha256)));
  const files = data.groups.flatMap((g) => g.files);
  const seen = files.filter((f) => known.has(f.sha256)).length;
  if (seen === 0) return undefined;
  return `${name} was trained on ${seen === files.length ? 'these files' : `${seen} of these ${files.length} files`}: its figures are not of data it never saw; those are in its card`;
}

/** The error where a model finds nothing to score in labelled data, with what is missing: labels, or what they are about. */
export async function nothingLabelled(data: LabelledData, unit: string): Promise<Error> {
  const flows = await data.store.db.number('SELECT count(*) FROM labels WHERE class IS NOT NULL');
  const none = `no labelled ${unit} in these inputs`;
  return inputError(
    flows === 0 && data.files.length === 0
      ? `${none}: no flow has a label; give them by label, uids or hosts`
      : `${none}: ${flows} labelled flows, but none makes a ${unit} that this model scores`,
  );
}

async function labelByRules(db: Database, input: LabelledInput, only: string): Promise<void> {
  const any = (rules: readonly EndpointRule[] | undefined): string =>
    (rules ?? [])
      .map(({ host, endpoint, port }) => {
        const parts = [`resp_h = ${lit(endpoint)}`];
        if (port !== undefined) parts.push(`resp_p = ${port}`);
        if (host !== undefined) parts.push(`orig_h = ${lit(host)}`);
        return `(${parts.join(' AND ')})`;
      })
      .join(' OR ') || 'false';
  const malicious = any(input.malicious);
  await applyLabels(db, { where: malicious, as: 'malicious', only });
  if (input.rest === 'benign') {
    await applyLabels(db, { where: `NOT (${malicious}) AND NOT (${any(input.unlabelled)})`, as: 'benign', only });
  }
}

/** Each group with its files; a group all of whose files were in another one is left without any. */
async function groupsOf(
  db: Database,
  inputs: readonly LabelledInput[],
  files: readonly { path: string; group: number; sha256: string }[],
): Promise<Group[]> {
  const captures = await db.all<{ site: string; path: string; sha256: string }>(
    'SELECT s.site, c.path, c.sha256 FROM captures c JOIN sources s USING (source_id) ORDER BY s.site, c.sha256',
  );
  return inputs.map((input, number) => ({
    name: input.group,
    family: input.family,
    files: [
      ...captures.filter((c) => c.site === input.group).map(({ path, sha256 }) => ({ path, sha256 })),
      ...files.filter((f) => f.group === number).map((f) => ({ path: basename(f.path), sha256: f.sha256 })),
    ].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
  }));
}

/** What an analysis has before its detections: windows, views, and the groups. */
async function prepareCase(db: Database, groups: readonly Group[]): Promise<void> {
  await setVariables(db, defaultOptions);
  await ignoreFlows(db, []);
  await createViews(db);
  await db.run(
    'CREATE OR REPLACE TEMP TABLE model_groups (site VARCHAR, number INTEGER, name VARCHAR, family VARCHAR)',
  );
  for (const [number, g] of groups.entries()) {
    await db.run(`INSERT INTO model_groups VALUES (${lit(g.name)}, ${number}, ${lit(g.name)}, ${lit(g.family)})`);
  }
}

/** Names of groups from paths, each once: `a`, `a (2)`. */
export function groupNames(paths: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return paths.map((p) => {
    const name = basename(p.replace(/[/\\]+$/, '')) || 'input';
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

function sha256File(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    throw inputError(`${path}: cannot be read`);
  }
}
