-- Findings about a connection that keeps coming back: the channels, strongest first, one per host and destination.
WITH kept AS (
  SELECT e.evidence_id, e.detection, e.profile, e.site, e.key, e.rank, e.strength, e.shown, e.threat_level, e.is_local,
    coalesce(e.details->>'$.dst', e.victim, e.key) AS dst, e.proto, e.port, e.details
  FROM report_evidence e
  WHERE e.detection IN ($beacon, $channel) AND NOT e.is_suppressed
), one_each AS (
  SELECT *, row_number() OVER (PARTITION BY site, profile, dst ORDER BY rank) AS nth,
    list(struct_pack(id := evidence_id, shown := shown)) OVER ( -- lint-allow: list: ordered by the window
      PARTITION BY site, profile, dst ORDER BY rank ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )[1:4] AS links
  FROM kept
)
SELECT evidence_id, detection, profile, site, dst, proto, port, threat_level AS level, links, rank,
  details->>'$.connections' AS connections, details->>'$.interval_seconds' AS interval_seconds,
  details->>'$.beacon_score' AS beacon_score, details->>'$.cc_score' AS cc_score, details->>'$.letters' AS letters,
  count(*) OVER () AS total
FROM one_each
WHERE nth = 1
ORDER BY rank
LIMIT $channels
