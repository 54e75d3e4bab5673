import { createHash } from 'node:crypto';
import type { Database } from '../../ingest/case/database.js';
import { OWN_NAMESPACE, uuid5 } from './uuid.js';

/**
 * Namespace of the ids of one case: named by its captures and configuration. The same case gives the same ids; the same
 * private address in another network does not.
 */
export async function caseNamespace(db: Database): Promise<string> {
  const captures = await db.all<{ sha256: string }>('SELECT sha256 FROM captures ORDER BY sha256');
  const configuration = await db.one<{ value: string | null }>(
    "SELECT min(value) AS value FROM provenance WHERE key = 'configuration_sha256'",
  );
  const hash = createHash('sha256');
  for (const c of captures) hash.update(`${c.sha256}\n`);
  return uuid5(OWN_NAMESPACE, `case ${hash.update(configuration?.value ?? '').digest('hex')}`);
}
