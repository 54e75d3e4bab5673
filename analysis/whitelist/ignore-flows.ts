import type { Database } from '../../ingest/case/database.js';
import { runPass } from '../passes.js';
import { loadRuleTables } from './rule-tables.js';
import type { WhitelistRule } from './whitelist.js';

/** Fills the temporary table `ignored_flows`, which the `d_` views leave out. */
export async function ignoreFlows(db: Database, whitelist: readonly WhitelistRule[]): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE ignored_flows (flow_id BIGINT, source_id VARCHAR, uid VARCHAR)');
  const rules = whitelist.filter((r) => r.ignore !== 'alerts');
  if (rules.length === 0) return;
  await loadRuleTables(db, rules);
  await runPass(db, 'whitelist/ignore-flows.sql');
}
