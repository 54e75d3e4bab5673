import { readFileSync } from 'node:fs';
import { asset } from '../cli/package-root.js';
import type { Database } from '../ingest/case/database.js';
import { LIMITS } from './limits.js';
import type { CheckedOptions } from './options.js';

/** Makes the temporary tables and views that the sections read; the case itself stays as it is. */
export async function setScope(db: Database, options: CheckedOptions): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE report_scope (host VARCHAR, since TIMESTAMP, until TIMESTAMP)');
  await db.run('INSERT INTO report_scope VALUES ($host, $since::TIMESTAMP, $until::TIMESTAMP)', {
    host: options.host,
    since: options.since,
    until: options.until,
  });
  await db.run('CREATE OR REPLACE TEMP TABLE report_limits (evidence BIGINT, strongest BIGINT, evidence_bytes BIGINT)');
  await db.run('INSERT INTO report_limits VALUES ($evidence, $strongest, $evidence_bytes)', {
    evidence: LIMITS.evidence,
    strongest: LIMITS.strongest,
    evidence_bytes: LIMITS.evidenceBytes,
  });
  await db.run(readFileSync(asset('reports', 'scope.sql'), 'utf8'));
}
