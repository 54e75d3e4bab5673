import { detect } from '../../analysis/detect.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { scoreWindows } from '../../analysis/evidence/score.js';
import { defaultOptions } from '../../analysis/options.js';
import { addFlowlessWindows } from '../../analysis/profiles/build.js';
import { fillTimeline } from '../../analysis/timeline/timeline.js';
import { suppressEvidence } from '../../analysis/whitelist/suppress.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';

/**
 * Analyses a synthetic case and replaces what was found by `findings` made ones. Windows, pairs, letters and their scores,
 * addresses are real, so few rules are enough.
 */
export async function analyseWithFindings(path: string, findings: number): Promise<void> {
  const store = await CaseStore.open(path, { mode: 'update', threads: 2, memoryLimit: '3GB' });
  const rules = loadDetections().filter((d) => ['long-connection', 'cc-channel'].includes(d.id));
  await detect(store, defaultOptions, undefined, rules);
  await addFindings(store.db, findings);
  await store.close();
}

/**
 * Findings for a synthetic case, on the connection that analysed it: `count` of them over one flow in `flows / count` and the
 * three after it, of nine detections on local hosts. What the analysis itself found is replaced; suppression, scores, alerts
 * and the timeline follow from the findings as in any analysis.
 */
async function addFindings(db: Database, count: number): Promise<void> {
  for (const table of ['evidence', 'evidence_flows', 'alerts', 'alert_evidence', 'suppressed'])
    await db.run(`DELETE FROM ${table}`);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE picked AS
     SELECT f.flow_id, f.ts, f.orig_h, f.resp_h, f.resp_p, f.proto, time_bucket(INTERVAL 1 HOUR, f.ts) AS tw_start,
       f.flow_id // s.step AS i, sha256('finding ' || f.flow_id)[1:16] AS evidence_id
     FROM flows f, (SELECT greatest(1, count(*) // ${count}) AS step FROM flows) s
     WHERE f.flow_id % s.step = 0
     QUALIFY row_number() OVER (ORDER BY f.flow_id) <= ${count}`,
  );
  await db.run(
    `INSERT INTO evidence
     SELECT evidence_id,
       ['horizontal-port-scan', 'vertical-port-scan', 'beacon', 'long-connection', 'unknown-port', 'connection-without-dns',
        'multiple-ports', 'data-upload', 'ssh-bruteforce'][i % 9 + 1],
       'synthetic', ts, orig_h, '', tw_start, 'attacker', true, level,
       CASE level WHEN 'critical' THEN 1 WHEN 'high' THEN 0.8 WHEN 'medium' THEN 0.5 WHEN 'low' THEN 0.2 ELSE 0 END,
       (10 + i % 90)::INTEGER / 100.0, 'key ' || i, orig_h, 'ip', resp_h, 'ip', proto, resp_p,
       'Finding ' || i || ' of ' || orig_h || ' about ' || resp_h || ' port ' || resp_p || '/' || proto || ': some words that explain it',
       ['T1046', 'T1071.001'], json_object('connections', i % 500, 'interval_seconds', i % 3600)
     FROM (SELECT *, ['info', 'low', 'low', 'medium', 'medium', 'high', 'critical'][i % 7 + 1] AS level FROM picked)`,
  );
  await db.run(
    `INSERT INTO evidence_flows
     SELECT p.evidence_id, p.flow_id + n FROM picked p, range(4) r(n)
     WHERE p.flow_id + n < (SELECT count(*) FROM flows)`,
  );
  await db.run('UPDATE profiles SET score = 0, alerted = false WHERE score <> 0 OR alerted');
  await suppressEvidence(db, [{ kind: 'ip', value: '198.18.7.0/24', direction: 'both', ignore: 'alerts' }]);
  await addFlowlessWindows(db);
  await scoreWindows(db, defaultOptions);
  await fillTimeline(db, defaultOptions);
  await db.run('DROP TABLE picked');
}
