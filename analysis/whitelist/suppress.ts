import type { Database } from '../../ingest/case/database.js';
import { runPass } from '../passes.js';
import { loadRuleTables } from './rule-tables.js';
import type { WhitelistRule } from './whitelist.js';

/** Applies rules with `ignore: alerts` after detection: the evidence stays, does not count, and says why. */
export async function suppressEvidence(db: Database, whitelist: readonly WhitelistRule[]): Promise<void> {
  const rules = whitelist.filter((r) => r.ignore !== 'flows');
  if (rules.length === 0) return;
  await loadRuleTables(db, rules);
  await runPass(db, 'whitelist/suppress.sql');
}
