import type { Database } from '../../ingest/case/database.js';
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
  await runPass(db, 'profiles/profiles.sql');
  return { allSourcesLocal };
}

/** Rows for windows that only evidence names; after the detections, before the score. */
export async function addEvidenceWindows(db: Database): Promise<void> {
  await runPass(db, 'profiles/evidence-windows.sql');
  if ((await db.number('SELECT count(*) FROM profiles WHERE tw = 0')) > 0)
    await runPass(db, 'profiles/window-numbers.sql');
}

/** Tables of this stage that nobody needs afterwards: they would hold memory. */
const TEMPORARY = ['address_list', 'address_macs', 'address_asn', 'address_places', 'address_vendors', 'address_rdns'];
