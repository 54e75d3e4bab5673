-- Whitelist rules that kept findings out of the score, and why.
SELECT left(s.rule, $text + 1) AS rule, left(s.reason, $text + 1) AS reason, count(*) AS findings,
  list(DISTINCT e.detection ORDER BY e.detection) AS detections,
  list(struct_pack(id := e.evidence_id, shown := e.shown) ORDER BY e.rank)[1:$links] AS links,
  count(*) OVER () AS groups
FROM suppressed s
JOIN report_evidence e ON e.evidence_id = s.evidence_id
GROUP BY s.rule, s.reason
ORDER BY count(*) DESC, s.rule, s.reason
LIMIT $suppressed
