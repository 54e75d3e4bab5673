-- Score of each window: per detection the strongest s = weight x confidence that counts, then 1 - product(1 - s).
-- The product runs over detections in order of their ids, so that it rounds the same way every time.
CREATE OR REPLACE TEMP TABLE window_scores AS
SELECT site, profile, tw_start,
  round(1 - list_reduce(list_prepend(1::DOUBLE, list(1 - s ORDER BY detection)), lambda x, y: x * y), 6) AS score,
  sum(n)::BIGINT AS evidence_count,
  list(detection ORDER BY s DESC, detection) AS strongest
FROM (SELECT site, profile, tw_start, detection, max(s) AS s, count(*) AS n FROM counting GROUP BY ALL)
GROUP BY ALL;
