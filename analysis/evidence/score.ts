import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';

/**
 * Scores of windows and the alerts of those that reach the threshold, anew.
 * @param since scores and alerts of windows before this time (UTC) stay
 */
export async function scoreWindows(db: Database, options: AnalysisOptions, since?: string): Promise<void> {
  const from = since === undefined ? "'-infinity'" : lit(since);
  await db.run(`SET VARIABLE score_from = ${from}::TIMESTAMP`);
  await db.run(
    `DELETE FROM alert_evidence WHERE alert_id IN (SELECT alert_id FROM alerts WHERE tw_start >= ${from}::TIMESTAMP)`,
  );
  await db.run(`DELETE FROM alerts WHERE tw_start >= ${from}::TIMESTAMP`);
  await db.run(
    `UPDATE profiles SET score = 0, alerted = false WHERE tw_start >= ${from}::TIMESTAMP AND (score <> 0 OR alerted)`,
  );
  const threshold = options.scoring === 'slips' ? options.slipsThreshold : options.evidenceThreshold;
  await db.run(`SET VARIABLE evidence_threshold = ${threshold}::DOUBLE`);
  await runPass(db, 'evidence/counting.sql');
  await runPass(db, options.scoring === 'slips' ? 'evidence/score-slips.sql' : 'evidence/score.sql');
  await runPass(db, 'evidence/alerts.sql');
}
