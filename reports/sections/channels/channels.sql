-- Findings about a connection that keeps coming back: the channels, strongest first, one per host and destination.
WITH kept AS (
  SELECT e.evidence_id, e.detection, e.profile, e.site, e.key, e.rank, e.strength, e.shown, e.threat_level, e.is_local,
    coalesce(e.details->>'$.dst', e.victim, e.key) AS dst, e.proto, e.port, e.details
  FROM report_evidence e
  WHERE e.detection IN ($beacon, $channel) AND NOT e.is_suppressed
), one_each AS (
  SELECT site, profile, dst, min(rank) AS rank,
    list(struct_pack(id := evidence_id, shown := shown) ORDER BY rank)[1:4] AS links
  FROM kept
  GROUP BY site, profile, dst
)
SELECT k.evidence_id, k.detection, k.profile, k.site, k.dst, k.proto, k.port, k.threat_level AS level, o.links, k.rank,
  details->>'$.connections' AS connections, details->>'$.interval_seconds' AS interval_seconds,
  details->>'$.beacon_score' AS beacon_score, details->>'$.cc_score' AS cc_score, details->>'$.letters' AS letters,
  count(*) OVER () AS total
FROM one_each o JOIN kept k ON k.rank = o.rank
ORDER BY k.rank
LIMIT $channels
