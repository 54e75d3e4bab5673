-- Public addresses outside that have no answer yet: those of findings first, the strongest before others, then those that
-- fewest hosts met.
CREATE OR REPLACE TEMP TABLE rdns_candidates AS
WITH found AS (
  SELECT address, max(weight * confidence) AS s
  FROM (SELECT attacker AS address, weight, confidence FROM staged_evidence UNION ALL SELECT victim, weight, confidence FROM staged_evidence)
  WHERE address IS NOT NULL
  GROUP BY address
), met AS (
  SELECT address, count(DISTINCT peer) AS peers, min(ts) AS first_ts
  FROM (SELECT resp_h AS address, orig_h AS peer, ts FROM d_flows UNION ALL SELECT orig_h, resp_h, ts FROM d_flows)
  WHERE address IN (SELECT address FROM addresses WHERE NOT is_local AND scope = 'public')
  GROUP BY address
)
SELECT a.address, row_number() OVER (ORDER BY f.s DESC NULLS LAST, m.peers, m.first_ts, a.address) AS n
FROM addresses a LEFT JOIN found f ON f.address = a.address LEFT JOIN met m ON m.address = a.address
WHERE NOT a.is_local AND a.scope = 'public'
  AND NOT EXISTS (SELECT 1 FROM lookups l WHERE l.kind = 'rdns' AND l.subject = a.address);
