-- Slips' sum of weight x confidence, for comparison. Millionths are summed as integers.
CREATE OR REPLACE TEMP TABLE window_scores AS
SELECT site, profile, tw_start,
  round(sum((s * 1000000)::BIGINT) / 1000000, 6)::DOUBLE AS score,
  count(*)::BIGINT AS evidence_count,
  list(DISTINCT detection ORDER BY detection) AS strongest
FROM counting
GROUP BY ALL;
