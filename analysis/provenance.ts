import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { asset } from '../cli/package-root.js';
import type { Database } from '../ingest/case/database.js';
import { lit } from '../ingest/case/sql.js';
import type { Detection } from './detection/definition.js';
import { detectionHash } from './detection/run-detection.js';
import type { AnalysisOptions } from './options.js';

const version = (JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string }).version;

/** Options that change results, with sorted keys: the same text for the same configuration. */
export function configurationText(options: AnalysisOptions): string {
  const own = Object.keys(options.models).sort();
  const ownFile = (path: string | undefined): string | undefined => (path === undefined ? undefined : 'own');
  return stableJson({
    ...options,
    detectionPaths: options.detectionPaths.length,
    asnDb: ownFile(options.asnDb),
    geoipDb: ownFile(options.geoipDb),
    models: own.length > 0 ? own : undefined,
    feeds: undefined,
    lookUp: undefined,
    askNames: undefined,
  });
}

export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

/** SHA-256 over the ids and the SQL of rules. */
export function rulesHash(detections: readonly Detection[]): string {
  const rules = createHash('sha256');
  for (const d of detections) rules.update(`${d.id}\x1f${detectionHash(d)}\n`);
  return rules.digest('hex');
}

/** What made the findings: no clock, no host, no path. */
export async function writeProvenance(
  db: Database,
  options: AnalysisOptions,
  detections: readonly Detection[],
  allSourcesLocal: boolean,
): Promise<void> {
  const configuration = configurationText(options);
  const models = await db.all('SELECT module, model, sha256, threshold FROM models_used ORDER BY module');
  const facts: Record<string, string | undefined> = {
    analysis: 'finished',
    slipstream: version,
    configuration,
    configuration_sha256: createHash('sha256').update(configuration).digest('hex'),
    detections_sha256: rulesHash(detections),
    models: models.length > 0 ? JSON.stringify(models) : undefined,
    locality: allSourcesLocal ? 'no source address is private: all sources count as local' : 'home networks',
  };
  for (const [key, value] of Object.entries(facts)) {
    await db.run(`DELETE FROM provenance WHERE key = ${lit(key)}`);
    if (value !== undefined) await db.run(`INSERT INTO provenance VALUES (${lit(key)}, ${lit(value)})`);
  }
}
