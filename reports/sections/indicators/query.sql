-- Addresses outside, names, links, hashes and other marks that the findings name, strongest first. `side`: what they did.
-- (A condition on one side in an outer join would make it a nested loop: the kind stands in the key.)
WITH named AS (
  SELECT attacker AS indicator, coalesce(attacker_kind, 'ip') AS kind, 'attacked' AS side, e.*
  FROM report_evidence e WHERE attacker IS NOT NULL AND weight > 0 AND NOT is_suppressed
  UNION ALL BY NAME
  SELECT victim AS indicator, coalesce(victim_kind, 'ip') AS kind, 'contacted' AS side, e.*
  FROM report_evidence e WHERE victim IS NOT NULL AND weight > 0 AND NOT is_suppressed AND role = 'attacker' AND is_local
  UNION ALL BY NAME
  SELECT details->>'$.indicator' AS indicator, coalesce(details->>'$.indicator_kind', 'other') AS kind, 'contacted' AS side, e.*
  FROM report_evidence e WHERE (details->>'$.indicator') IS NOT NULL AND weight > 0 AND NOT is_suppressed
  UNION ALL BY NAME
  SELECT details->>'$.dst' AS indicator, 'domain' AS kind, 'contacted' AS side, e.*
  FROM report_evidence e WHERE (details->>'$.kind') = 'sni' AND (details->>'$.dst') IS NOT NULL AND weight > 0 AND NOT is_suppressed
), outside AS (
  SELECT n.* FROM named n
  LEFT JOIN addresses a ON a.address = CASE WHEN n.kind = 'ip' THEN n.indicator END
  WHERE n.indicator <> '' AND (n.kind <> 'ip' OR coalesce(NOT a.is_local AND list_contains(['public', 'private', 'shared'], a.scope), false))
), each_one AS (
  SELECT indicator, kind, min(side) AS side, bool_or(in_alert) AS in_alert, max(strength) AS strength,
    max(struct_pack(weight := weight, level := threat_level)).level AS level,
    count(DISTINCT evidence_id) AS findings, count(DISTINCT (site, profile)) AS hosts, min(ts) AS first_ts, max(ts) AS last_ts,
    list(DISTINCT detection ORDER BY detection) AS detections,
    list(struct_pack(id := evidence_id, shown := shown) ORDER BY rank, evidence_id)[1:$links] AS links
  FROM outside
  GROUP BY indicator, kind
)
SELECT i.*, iso(i.first_ts) AS first_iso, iso(i.last_ts) AS last_iso, d.as_org, d.country, count(*) OVER () AS total
FROM each_one i
LEFT JOIN addresses d ON d.address = CASE WHEN i.kind = 'ip' THEN i.indicator END
ORDER BY in_alert DESC, strength DESC, findings DESC, kind, indicator
LIMIT $indicators
