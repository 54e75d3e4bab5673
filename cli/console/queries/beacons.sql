-- Pairs of the whole case, ranked. What cannot be among the first $limit is left out before the sort: it would not fit in memory.
WITH least AS (
  SELECT min(score) AS score FROM (SELECT score FROM pairs ORDER BY score DESC NULLS LAST LIMIT $limit)
)
SELECT p.profile, p.site, p.kind, p.dst, p.connections, p.bytes, p.interval_seconds, p.beacon_score, p.long_score, p.strobe,
  p.prevalence, p.score, p.severity, p.intel_feeds, (SELECT count(*) FROM pairs) AS total
FROM pairs p
WHERE p.score >= (SELECT score FROM least) OR (SELECT count(*) FROM pairs) <= $limit
ORDER BY p.score DESC NULLS LAST, p.beacon_score DESC NULLS LAST, p.connections DESC, p.profile, p.site, p.kind, p.dst
LIMIT $limit
