import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { enrich } from '../enrich/enrich.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';

/** Addresses, names, then profiles and their peers. Returns what has to be said about locality. */
export async function buildProfiles(db: Database, options: AnalysisOptions): Promise<{ allSourcesLocal: boolean }> {
  await runPass(db, 'addresses/addresses.sql');
  const local = await db.number(
    'SELECT count(*) FROM address_list WHERE is_local AND address IN (SELECT DISTINCT orig_h FROM d_flows)',
  );
  const allSourcesLocal = local === 0 && options.homeNet.length === 0;
  if (allSourcesLocal) await runPass(db, 'addresses/all-sources-local.sql');
  await runPass(db, 'addresses/names.sql');
  await runPass(db, 'addresses/macs.sql');
  await enrich(db, options);
  await runPass(db, 'addresses/fill.sql');
  for (const table of TEMPORARY) await db.run(`DROP TABLE ${table}`);
  await fillProfiles(db);
  return { allSourcesLocal };
}

/**
 * Fills `profiles` from `d_flows` and `addresses`, a part of the windows after the other, so that the sums of one part fit in
 * memory. `part`: flows at once, but never less than a window.
 */
export async function fillProfiles(db: Database, part = PART): Promise<void> {
  await db.run('DELETE FROM profiles');
  await db.run(`SET VARIABLE profile_part = ${part}`);
  await runPass(db, 'profiles/parts.sql');
  const parts = await db.all<{ first: string; last: string }>(
    `SELECT min(tw_start)::VARCHAR AS first, max(tw_start)::VARCHAR AS last FROM window_numbers GROUP BY part ORDER BY part`,
  );
  for (const { first, last } of parts) {
    await db.run(`SET VARIABLE profile_from = TIMESTAMP ${lit(first)}`);
    await db.run(`SET VARIABLE profile_to = TIMESTAMP ${lit(last)}`);
    await runPass(db, 'profiles/numbers.sql');
    await runPass(db, 'profiles/profiles.sql');
  }
  if (parts.length > 0) for (const table of ['flow_numbers', 'reached', 'served']) await db.run(`DROP TABLE ${table}`);
  await db.run('DROP TABLE window_numbers; DROP TABLE address_numbers');
}

/** Rows for windows that only evidence or ARP shows; after the detections, before the score. */
export async function addFlowlessWindows(db: Database): Promise<void> {
  await runPass(db, 'profiles/flowless-windows.sql');
  if ((await db.number('SELECT count(*) FROM profiles WHERE tw = 0')) > 0)
    await runPass(db, 'profiles/window-numbers.sql');
}

/** Flows whose windows are summed at once. */
const PART = 3_000_000;

/** Tables of this stage that nobody needs afterwards: they would hold memory. */
const TEMPORARY = ['address_list', 'address_macs', 'address_asn', 'address_places', 'address_vendors', 'address_rdns'];
