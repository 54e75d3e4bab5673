-- Alerts with the ids of their findings.
SELECT a.alert_id, a.profile, a.site, n.tw, a.tw_start, a.tw_end, a.ts, a.score, a.threshold, a.description,
  coalesce(x.evidence, []) AS evidence
FROM alerts a
LEFT JOIN (SELECT tw_start, min(tw) AS tw FROM profiles GROUP BY tw_start) n ON n.tw_start = a.tw_start
LEFT JOIN (
  SELECT alert_id, list(evidence_id ORDER BY evidence_id) AS evidence FROM alert_evidence GROUP BY alert_id
) x ON x.alert_id = a.alert_id
ORDER BY a.ts, a.alert_id
