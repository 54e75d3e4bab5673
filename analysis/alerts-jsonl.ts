import type { Database } from '../ingest/case/database.js';

/**
 * `alerts.jsonl`: one object per alert in order of time, fixed key order.
 * @param where condition on `a` (alerts): which of them; default all
 */
export async function alertsJsonl(db: Database, where = 'true'): Promise<string> {
  const iso = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
  const rows = await db.all<{ line: string }>(
    `SELECT to_json({
       alert_id: a.alert_id, profile: a.profile, site: a.site, tw_start: ${iso('a.tw_start')}, tw_end: ${iso('a.tw_end')},
       ts: ${iso('a.ts')}, score: a.score, threshold: a.threshold,
       role: (SELECT CASE WHEN bool_or(e.role = 'attacker') THEN 'attacker' ELSE 'victim' END
              FROM alert_evidence x JOIN evidence e USING (evidence_id) WHERE x.alert_id = a.alert_id),
       techniques: (SELECT coalesce(list(DISTINCT t ORDER BY t), []) FROM (
              SELECT unnest(e.techniques) AS t FROM alert_evidence x JOIN evidence e USING (evidence_id) WHERE x.alert_id = a.alert_id)),
       evidence: (SELECT list({evidence_id: e.evidence_id, detection: e.detection, ts: ${iso('e.ts')}, threat_level: e.threat_level,
                    confidence: e.confidence, description: e.description, victim: e.victim} ORDER BY e.ts, e.evidence_id)
              FROM alert_evidence x JOIN evidence e USING (evidence_id) WHERE x.alert_id = a.alert_id)
     })::VARCHAR AS line
     FROM alerts a WHERE ${where} ORDER BY a.ts, a.alert_id`,
  );
  return rows.map((r) => `${r.line}\n`).join('');
}
