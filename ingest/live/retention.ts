import type { Database } from '../case/database.js';
import { recordTables } from '../case/schema.js';
import { lit } from '../case/sql.js';

/** Keep flows of this time only (seconds), or as much as fits into this many bytes. */
export type Retention = { readonly seconds: number } | { readonly bytes: number };

/** Share of the kept time that goes at once when the case has become too large. */
const SHARE = 4;

/**
 * From when on flows are kept.
 * @param where SQL over `flows`: those that may go
 * @param now time of the capture, in microseconds since the epoch
 * @param width of a window in microseconds
 * @returns start of a window in microseconds since the epoch; undefined when all stay
 */
export async function keptFrom(
  db: Database,
  retain: Retention,
  where: string,
  now: number,
  width: number,
): Promise<number | undefined> {
  let from: number;
  if ('seconds' in retain) from = now - retain.seconds * 1e6;
  else {
    // The file itself never shrinks: room in it is used again.
    const used = await db.number(
      'SELECT sum(used_blocks * block_size)::BIGINT FROM pragma_database_size() WHERE database_name = current_database()',
    );
    if (used <= retain.bytes) return undefined;
    const oldest = await db.number(`SELECT coalesce(epoch_us(min(ts)), ${now}) FROM flows WHERE ${where}`);
    from = oldest + (now - oldest) / SHARE;
  }
  const edge = Math.floor(from / width) * width;
  return edge > 0 ? edge : undefined;
}

/**
 * Deletes what began before a time; flows that are still open stay. Findings of windows before it stay too, but lose their
 * flows, which are gone or about to be numbered anew.
 * @param where SQL over a record table: rows that may go
 * @param edge start of a window in microseconds since the epoch
 * @returns the time as SQL's text
 */
export async function forgetBefore(db: Database, where: string, edge: number): Promise<string> {
  const kept = new Date(edge / 1000).toISOString().replace('T', ' ').replace('Z', '');
  await db.transaction(async () => {
    for (const table of recordTables) {
      if (table === 'labels') continue;
      const open = table === 'flows' ? " AND ended <> 'open'" : '';
      await db.run(`DELETE FROM ${table} WHERE ${where} AND ts < TIMESTAMP ${lit(kept)}${open}`);
    }
    await db.run(
      `DELETE FROM evidence_flows WHERE evidence_id IN
         (SELECT evidence_id FROM evidence WHERE tw_start < TIMESTAMP ${lit(kept)})`,
    );
  });
  await db.run('CHECKPOINT');
  return kept;
}
