-- The alert of the window of a finding, if it has one.
SELECT a.alert_id, strftime(a.ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS ts, a.score, a.threshold, a.evidence_count, a.description,
  $id IN (SELECT x.evidence_id FROM alert_evidence x WHERE x.alert_id = a.alert_id) AS has_this
FROM alerts a JOIN evidence e ON e.profile = a.profile AND e.site = a.site AND e.tw_start = a.tw_start
WHERE e.evidence_id = $id
ORDER BY a.alert_id;
