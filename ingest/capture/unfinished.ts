import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';

/**
 * Sources whose cross-file work (duplicate uids, joins, flow numbers) is still to do: kept in the case,
 * so that a run that was killed in between is completed by the next one.
 */
export async function markUnfinished(db: Database, sourceId: string): Promise<void> {
  const key = `unfinished.${sourceId}`;
  await db.run(`DELETE FROM provenance WHERE key = ${lit(key)}`);
  await db.run(`INSERT INTO provenance VALUES (${lit(key)}, 'true')`);
}

export async function unfinishedSources(db: Database): Promise<string[]> {
  const rows = await db.all<{ id: string }>(
    "SELECT substr(key, 12) AS id FROM provenance WHERE key LIKE 'unfinished.%' ORDER BY id",
  );
  return rows.map((r) => r.id);
}

export async function clearUnfinished(db: Database): Promise<void> {
  await db.run("DELETE FROM provenance WHERE key LIKE 'unfinished.%'");
}
