-- Pairs of the whole case, ranked.
SELECT profile, site, kind, dst, connections, bytes, interval_seconds, beacon_score, long_score, strobe, prevalence, score, severity,
  count(*) OVER () AS total
FROM pairs
ORDER BY score DESC NULLS LAST, beacon_score DESC NULLS LAST, connections DESC, profile, site, kind, dst
LIMIT $limit
