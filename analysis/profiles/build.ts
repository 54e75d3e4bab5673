import type { Database } from '../../ingest/case/database.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';

/** Addresses, names, then profiles and their peers. Returns what has to be said about locality. */
export async function buildProfiles(db: Database, options: AnalysisOptions): Promise<{ allSourcesLocal: boolean }> {
  await runPass(db, 'addresses/addresses.sql');
  const local = await db.number(
    'SELECT count(*) FROM addresses WHERE is_local AND address IN (SELECT DISTINCT orig_h FROM d_flows)',
  );
  const allSourcesLocal = local === 0 && options.homeNet.length === 0;
  if (allSourcesLocal) await runPass(db, 'addresses/all-sources-local.sql');
  await runPass(db, 'addresses/names.sql');
  await runPass(db, 'profiles/profiles.sql');
  return { allSourcesLocal };
}

/** Rows for windows that only evidence names; after the detections, before the score. */
export async function addEvidenceWindows(db: Database): Promise<void> {
  await runPass(db, 'profiles/evidence-windows.sql');
  if ((await db.number('SELECT count(*) FROM profiles WHERE tw = 0')) > 0)
    await runPass(db, 'profiles/window-numbers.sql');
}
