import type { Database } from '../../ingest/case/database.js';
import { answerAsn } from '../enrich/asn/asn.js';
import { runPass } from '../passes.js';
import { loadRuleTables } from './rule-tables.js';
import type { WhitelistRule } from './whitelist.js';

/**
 * Fills the temporary table `ignored_flows`, which the `d_` views leave out.
 * @param asnDb the user's own database of AS numbers, for rules about organisations
 */
export async function ignoreFlows(db: Database, whitelist: readonly WhitelistRule[], asnDb?: string): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE ignored_flows (flow_id BIGINT, source_id VARCHAR, uid VARCHAR)');
  const rules = whitelist.filter((r) => r.ignore !== 'alerts');
  if (rules.length === 0) return;
  await loadRuleTables(db, rules);
  await db.run('CREATE OR REPLACE TEMP TABLE ignored_by_organization (address VARCHAR, src BOOLEAN, dst BOOLEAN)');
  if (rules.some((r) => r.kind === 'organization')) await organizations(db, asnDb);
  await runPass(db, 'whitelist/ignore-flows.sql');
}

/** Addresses of flows that belong to whitelisted organisations: the AS of each, as the addresses are not made yet. */
async function organizations(db: Database, asnDb: string | undefined): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE flow_addresses AS
    SELECT address, key_number(key) AS number, ip_scope(key) AS scope FROM (
      SELECT address, ip_key(address) AS key FROM (
        SELECT orig_h AS address FROM main.flows UNION SELECT resp_h FROM main.flows))`);
  await answerAsn(db, asnDb, 'flow_addresses');
  await runPass(db, 'whitelist/organization-addresses.sql');
  await db.run('DROP TABLE flow_addresses; DROP TABLE asn_answers');
}
