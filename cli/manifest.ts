import { existsSync, readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import type { Detection } from '../analysis/detection/definition.js';
import { tableDigests } from '../analysis/digest.js';
import type { AnalysisOptions } from '../analysis/options.js';
import { stableJson } from '../analysis/provenance.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import type { Database } from '../ingest/case/database.js';
import type { FileResult } from '../ingest/ingest.js';
import { openModel } from '../models/artifact.js';
import { shippedModel } from '../models/registry.js';
import { sha256File } from './hash-file.js';
import { programFiles, ruleFiles, versions } from './program-files.js';

export const MANIFEST_FORMAT = 'slipstream-manifest/2';

/** What a run used beside the case. */
export interface ManifestParts {
  /** Outputs by name: path on this machine. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Options of the report that `outputs` has. */
  readonly report: Readonly<Record<string, unknown>>;
  readonly analysis: AnalysisOptions;
  readonly detections: readonly Detection[];
  /** Files read in this run: where they are goes to the environment. */
  readonly files: readonly FileResult[];
  /** The manifest that this one replaces: captures of earlier runs keep their places. */
  readonly earlier?: string;
}

/**
 * `manifest.json`: hashes of all that went in and came out, without clock, host or path. Only its last block,
 * `environment`, is about this machine; nothing depends on it.
 */
export async function manifest(store: CaseStore, parts: ManifestParts): Promise<string> {
  const { db } = store;
  const facts = await db.all<{ key: string; value: string }>(
    "SELECT key, value FROM provenance WHERE key NOT LIKE 'unfinished.%' AND key NOT LIKE 'model_card.%' ORDER BY key",
  );
  const folders = new Map(parts.detections.map((d) => [d.id, d.folder]));
  const detections = await db.all<{ detection: string; parameters: string }>(
    'SELECT detection, sql_sha256, status, parameters FROM detection_runs ORDER BY detection',
  );
  const { slipstream, packages } = versions();
  const value = {
    format: MANIFEST_FORMAT,
    slipstream,
    packages,
    provenance: Object.fromEntries(facts.map((f) => [f.key, f.value])),
    inputs: await inputs(db),
    detections: detections.map((d) => ({
      ...d,
      parameters: JSON.parse(String(d.parameters)) as unknown,
      files: ruleFiles(folders.get(d.detection) ?? ''),
    })),
    program: programFiles(),
    models: await models(db, parts.analysis),
    feeds: await db.all(
      'SELECT feed, sha256, as_of::VARCHAR AS as_of, entries::INTEGER AS entries FROM feeds ORDER BY feed',
    ),
    report: parts.report,
    tables: await tableDigests(db),
    outputs: Object.fromEntries(Object.entries(parts.outputs).map(([name, path]) => [name, sha256File(path)])),
  };
  const whole = { ...(JSON.parse(stableJson(value)) as object), environment: environment(store, parts) };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

async function inputs(db: Database): Promise<unknown[]> {
  const rows = await db.all(
    `SELECT c.capture_id, c.path, c.sha256, c.bytes, s.kind, s.site, s.source_id, s.root, c.records, c.rejected,
       c.details->'$.options' AS options
     FROM captures c JOIN sources s USING (source_id) ORDER BY c.sha256, c.path`,
  );
  return rows.map(({ options, ...row }) => ({
    ...row,
    bytes: Number(row.bytes),
    records: Number(row.records),
    rejected: Number(row.rejected),
    ...(typeof options === 'string' ? { options: JSON.parse(options) as unknown } : {}),
  }));
}

async function models(db: Database, analysis: AnalysisOptions): Promise<unknown[]> {
  const used = await db.all<{ module: string; model: string }>(
    'SELECT module, model, sha256, threshold FROM models_used ORDER BY module, model',
  );
  return used.map((m) => {
    const own = analysis.models[m.module];
    const folder = own === undefined ? shippedModel(m.module) : openModel(own, m.module);
    return { ...m, files: folder?.card.files ?? {} };
  });
}

/** Where things were when this was made: helps `verify` to find them, and is no part of what it compares. */
function environment(store: CaseStore, { files, analysis, earlier }: ManifestParts): unknown {
  const captures: Record<string, string> = {};
  const before = earlier !== undefined && existsSync(earlier) ? locations(readFileSync(earlier, 'utf8')) : {};
  const now = Object.fromEntries(
    files
      .filter((f) => f.captureId && f.location && !f.location.startsWith(store.tempDir))
      .map((f) => [f.captureId!, f.location!]),
  );
  const all = { ...before, ...now };
  for (const id of Object.keys(all).sort()) captures[id] = all[id]!;
  return {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    captures,
    ...(analysis.detectionPaths.length > 0 ? { detections: analysis.detectionPaths } : {}),
    ...(Object.keys(analysis.models).length > 0 ? { models: analysis.models } : {}),
    ...(analysis.feeds === undefined ? {} : { feeds: analysis.feeds }),
  };
}

/** Places of captures in a manifest's environment, by capture id; whatever else it holds is ignored. */
export function locations(text: string): Record<string, string> {
  try {
    const value = JSON.parse(text) as { environment?: { captures?: Record<string, unknown> } };
    const entries = Object.entries(value.environment?.captures ?? {});
    return Object.fromEntries(entries.filter((e): e is [string, string] => typeof e[1] === 'string'));
  } catch {
    return {};
  }
}
