-- Findings of a host, of one window or of all ($window empty), in order of time.
SELECT e.evidence_id, strftime(e.ts, '%Y-%m-%d %H:%M:%S') AS at, e.threat_level AS level, e.detection, e.description, e.confidence,
  strftime(e.tw_start, '%m-%d %H:%M') AS tw, e.counts,
  e.evidence_id IN (SELECT evidence_id FROM suppressed) AS is_suppressed, coalesce(e.victim, e.attacker, e.key) AS subject,
  (SELECT count(*) FROM evidence WHERE profile = $profile AND site = $site AND ($window = '' OR tw_start = try_cast($window AS TIMESTAMP)))
    AS total
FROM evidence e
WHERE e.profile = $profile AND e.site = $site AND ($window = '' OR e.tw_start = try_cast($window AS TIMESTAMP))
ORDER BY e.ts, e.evidence_id
LIMIT $limit
