import type { Database } from '../../../ingest/case/database.js';
import { lit } from '../../../ingest/case/sql.js';
import { runPass } from '../../passes.js';
import { type DataUsed, dataFile, shipped } from '../data-sets.js';
import { type Answer, lookUpAll } from '../mmdb/look-up.js';
import { type Mmdb, openMmdb } from '../mmdb/open.js';
import { used } from '../mmdb/used.js';
import { answerRanges } from '../ranges/ranges.js';

/**
 * Makes the temporary table `asn_answers(address, asn, as_org)` for the temporary table
 * `subjects(address, number, scope)`: from the user's `.mmdb` file or, for public addresses, the shipped ranges.
 * @throws CliError when the user's file cannot be used
 */
export async function answerAsn(db: Database, path: string | undefined, subjects: string): Promise<DataUsed> {
  if (path !== undefined) {
    const mmdb = openAsn(path);
    await lookUpAll(db, mmdb, subjects, 'asn_answers', { asn: 'BIGINT', as_org: 'VARCHAR' }, asnOf);
    return used(mmdb);
  }
  await answerRanges(db, 'asn.parquet', subjects);
  await db.run(`SET VARIABLE asn_organizations = ${lit(dataFile('organizations.parquet'))}`);
  await runPass(db, 'enrich/asn/organizations.sql');
  return shipped('asn');
}

/**
 * Opens the file of `--asn-db`.
 * @throws CliError when it is no database of AS numbers
 */
export const openAsn = (path: string): Mmdb => openMmdb(path, '--asn-db', /asn|isp|enterprise/i, 'AS numbers');

/** Number and organisation as MaxMind and DB-IP write them, or as text like `AS13335`. */
export function asnOf(record: Record<string, unknown>): Answer | undefined {
  const given = record.autonomous_system_number ?? record.asn;
  const number = typeof given === 'string' ? Number(/^(?:AS)?(\d{1,10})$/i.exec(given)?.[1] ?? Number.NaN) : given;
  const org = record.autonomous_system_organization ?? record.as_name ?? record.name;
  const asn = typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
  const as_org = typeof org === 'string' && org.trim() !== '' ? org.trim() : null;
  return asn === null && as_org === null ? undefined : { asn, as_org };
}
