import type { Database } from '../../ingest/case/database.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';

/** Scores of windows and the alerts of those that reach the threshold. */
export async function scoreWindows(db: Database, options: AnalysisOptions): Promise<void> {
  const threshold = options.scoring === 'slips' ? options.slipsThreshold : options.evidenceThreshold;
  await db.run(`SET VARIABLE evidence_threshold = ${threshold}::DOUBLE`);
  await runPass(db, 'evidence/counting.sql');
  await runPass(db, options.scoring === 'slips' ? 'evidence/score-slips.sql' : 'evidence/score.sql');
  await runPass(db, 'evidence/alerts.sql');
}
