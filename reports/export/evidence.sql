-- Findings with the span of their flows and the uids of the first fifty.
WITH linked AS (
  SELECT x.evidence_id, count(*) AS flows, min(f.ts) AS first_ts, max(f.ts) AS last_ts,
    list_transform(min({ts: f.ts, flow_id: f.flow_id, uid: f.uid}, 50), lambda u: u.uid) AS uids
  FROM evidence_flows x JOIN flows f ON f.flow_id = x.flow_id
  GROUP BY x.evidence_id
), numbered AS (
  SELECT tw_start, min(tw) AS tw FROM profiles GROUP BY tw_start
)
SELECT e.evidence_id, e.detection, e.module, e.ts, e.profile, e.site, n.tw, e.role, e.counts, e.threat_level, e.weight,
  e.confidence, e.attacker, e.attacker_kind, e.victim, e.victim_kind, e.proto, e.port, e.description, e.techniques,
  e.evidence_id IN (SELECT evidence_id FROM suppressed) AS suppressed,
  coalesce(l.flows, 0) AS flows, coalesce(l.first_ts, e.ts) AS first_ts, coalesce(l.last_ts, e.ts) AS last_ts,
  coalesce(l.uids, []) AS uids
FROM evidence e
LEFT JOIN linked l ON l.evidence_id = e.evidence_id
LEFT JOIN numbered n ON n.tw_start = e.tw_start
ORDER BY e.ts, e.evidence_id
