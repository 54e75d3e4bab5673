import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';
import { answerAsn } from './asn/asn.js';
import { type DataUsed, dataFile, shipped } from './data-sets.js';
import { answerPlaces } from './geoip/geoip.js';

/**
 * What is known about the addresses of `address_list` and the MACs of `address_macs`: temporary tables `address_asn`,
 * `address_places`, `address_vendors`, `address_rdns`. The data used is written to `provenance` as `data.asn`,
 * `data.country`, `data.vendor`.
 * @throws CliError when a database of the user cannot be used
 */
export async function enrich(db: Database, options: AnalysisOptions): Promise<void> {
  const asn = await answerAsn(db, options.asnDb, 'address_list');
  await db.run('CREATE OR REPLACE TEMP TABLE address_asn AS FROM asn_answers; DROP TABLE asn_answers');
  const country = await answerPlaces(db, options.geoipDb);
  await db.run(`SET VARIABLE vendor_blocks = ${lit(dataFile('vendors.parquet'))}`);
  await runPass(db, 'enrich/vendor/vendors.sql');
  await runPass(db, 'enrich/rdns/answers.sql');
  await record(db, { asn, country, vendor: shipped('vendor') });
}

async function record(db: Database, data: Readonly<Record<string, DataUsed>>): Promise<void> {
  await db.run("DELETE FROM provenance WHERE key LIKE 'data.%'");
  for (const [key, value] of Object.entries(data)) {
    await db.run(`INSERT INTO provenance VALUES (${lit(`data.${key}`)}, ${lit(JSON.stringify(value))})`);
  }
}
