import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { enrich } from '../enrich/enrich.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';

/** Addresses and names of all flows. Returns what has to be said about locality. */
export async function buildAddresses(db: Database, options: AnalysisOptions): Promise<{ allSourcesLocal: boolean }> {
  await runPass(db, 'addresses/addresses.sql');
  const allSourcesLocal = options.homeNet.length === 0 && !(await hasLocalSource(db));
  if (allSourcesLocal) await runPass(db, 'addresses/all-sources-local.sql');
  await runPass(db, 'addresses/names.sql');
  await db.run('DELETE FROM names; INSERT INTO names FROM shown_names ORDER BY address, name, origin');
  await db.run('DELETE FROM addresses');
  await fillAddresses(db, options);
  return { allSourcesLocal };
}

/**
 * Addresses and names of the rows in the views, added to those that are known.
 * @param allSourcesLocal what was said about locality so far
 */
export async function addAddresses(
  db: Database,
  options: AnalysisOptions,
  allSourcesLocal: boolean,
): Promise<{ allSourcesLocal: boolean }> {
  await runPass(db, 'addresses/addresses.sql');
  const still = allSourcesLocal && !(await hasLocalSource(db));
  if (still) await runPass(db, 'addresses/all-sources-local.sql');
  await runPass(db, 'addresses/names.sql');
  await runPass(db, 'addresses/new-names.sql');
  await db.run('DELETE FROM addresses WHERE address IN (SELECT address FROM address_list)');
  await fillAddresses(db, options);
  return { allSourcesLocal: still };
}

const hasLocalSource = async (db: Database): Promise<boolean> =>
  (await db.all('SELECT 1 FROM d_flows WHERE orig_h IN (SELECT address FROM address_list WHERE is_local) LIMIT 1'))
    .length > 0;

async function fillAddresses(db: Database, options: AnalysisOptions): Promise<void> {
  await runPass(db, 'addresses/macs.sql');
  await enrich(db, options);
  await runPass(db, 'addresses/fill.sql');
  for (const table of TEMPORARY) await db.run(`DROP TABLE ${table}`);
}

/**
 * Fills `profiles` from `d_flows` and `addresses`, a part of the windows after the other, so that the sums of one part fit in
 * memory. `part`: flows at once, but never less than a window. `since`: profiles of windows before this time (UTC) stay, as
 * their flows may be gone. `which`: only of these windows (SQL over `tw_start`); the views have no others.
 */
export async function fillProfiles(
  db: Database,
  { part = PART, since, which = 'true' }: { part?: number; since?: string | undefined; which?: string } = {},
): Promise<void> {
  const from = since === undefined ? 'NULL' : lit(since);
  await db.run(`SET VARIABLE profiles_since = ${from}::TIMESTAMP`);
  await db.run(
    `DELETE FROM profiles WHERE ${which}${since === undefined ? '' : ` AND tw_start >= ${from}::TIMESTAMP`}`,
  );
  await db.run(`SET VARIABLE profile_part = ${part}`);
  await runPass(db, 'profiles/parts.sql');
  const parts = await db.all<Record<'first_ts' | 'last_ts', string>>(
    `SELECT min(first_ts)::VARCHAR AS first_ts, max(last_ts)::VARCHAR AS last_ts FROM window_numbers GROUP BY part ORDER BY part`,
  );
  for (const part of parts) {
    for (const [name, time] of Object.entries(part)) {
      await db.run(`SET VARIABLE profile_${name} = TIMESTAMP ${lit(time)}`);
    }
    await runPass(db, 'profiles/numbers.sql');
    await runPass(db, 'profiles/profiles.sql');
  }
  if (parts.length > 0) for (const table of ['flow_numbers', 'reached', 'served']) await db.run(`DROP TABLE ${table}`);
  await db.run('DROP TABLE window_numbers; DROP TABLE address_numbers');
  if (since !== undefined) await runPass(db, 'profiles/known-numbers.sql');
}

/** Rows for windows that only evidence or ARP shows; after the detections, before the score. */
export async function addFlowlessWindows(db: Database): Promise<void> {
  await runPass(db, 'profiles/flowless-windows.sql');
  if ((await db.number('SELECT count(*) FROM profiles WHERE tw = 0')) > 0)
    await runPass(db, 'profiles/window-numbers.sql');
}

/** Flows whose windows are summed at once. */
const PART = 2_000_000;

/** Tables of this stage that nobody needs afterwards: they would hold memory. */
const TEMPORARY = [
  'shown_names',
  'address_list',
  'address_macs',
  'address_asn',
  'address_places',
  'address_vendors',
  'address_rdns',
];
