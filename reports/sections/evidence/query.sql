-- The findings that the table shows, strongest first, with the number of flows behind each.
WITH linked AS (
  SELECT evidence_id, count(*) AS flows
  FROM evidence_flows
  WHERE evidence_id IN (SELECT evidence_id FROM report_evidence WHERE shown)
  GROUP BY evidence_id
)
SELECT e.rank, e.evidence_id, e.detection, e.module, iso(e.ts) AS ts, e.profile, e.site, iso(e.tw_start) AS tw_start, e.role,
  e.counts, e.is_suppressed, e.in_alert, e.is_local, e.threat_level, e.weight, e.confidence, e.strength, left(e.key, $text + 1) AS key,
  left(e.attacker, $text + 1) AS attacker, left(e.victim, $text + 1) AS victim, e.proto, e.port,
  left(e.description, $text + 1) AS description, e.techniques[1:12] AS techniques, coalesce(l.flows, 0) AS flows
FROM report_evidence e
LEFT JOIN linked l ON l.evidence_id = e.evidence_id
WHERE e.shown
ORDER BY e.strength DESC, e.rank
