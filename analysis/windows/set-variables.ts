import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { networkRange } from '../networks.js';
import type { AnalysisOptions } from '../options.js';

/** Values that the macros and passes of a run read: window width and origin, home networks. */
export async function setVariables(db: Database, options: AnalysisOptions): Promise<void> {
  const span = await db.one<{ first: string | null; last: string | null }>(
    `SELECT min(ts)::VARCHAR AS first, (max(ts) + INTERVAL 1 MICROSECOND)::VARCHAR AS last FROM flows`,
  );
  const origin = options.windowOrigin === 'first' && span?.first ? span.first : '1970-01-01 00:00:00';
  await db.run(`SET VARIABLE window_us = ${options.window === 'one' ? 'NULL' : `${options.window}::BIGINT`}`);
  await db.run(`SET VARIABLE window_origin = TIMESTAMP ${lit(origin)}`);
  await db.run(`SET VARIABLE window_last = TIMESTAMP ${lit(span?.last ?? '1970-01-01 00:00:00')}`);
  await db.run(`SET VARIABLE direction_all = ${options.direction === 'all'}`);
  await db.run(`SET VARIABLE home_net_given = ${options.homeNet.length > 0}`);
  await db.run('CREATE OR REPLACE TEMP TABLE home_nets (lo BLOB, hi BLOB)');
  for (const cidr of options.homeNet) {
    const range = networkRange(cidr)!;
    await db.run(`INSERT INTO home_nets VALUES (unhex(${lit(range.low)}), unhex(${lit(range.high)}))`);
  }
}
