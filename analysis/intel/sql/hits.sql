-- What the case has that feeds list: one row per kind and value. The strongest level; the confidence of the closest
-- match of that level (1 exact or inside a network, .7 below a listed domain, .8 by the number of the network's owner); all
-- feeds and indicators by name. `indicator`: the longest domain, else the value itself.
CREATE OR REPLACE TEMP TABLE intel_hits AS
WITH matches AS (
  SELECT 'ip' AS kind, i.indicator AS subject, i.indicator, i.feed, i.threat_level, i.description, 1.0 AS confidence
  FROM indicators i JOIN intel_addresses a ON a.address = i.indicator WHERE i.kind = 'ip'
  UNION ALL
  SELECT 'ip', address, indicator, feed, threat_level, description, 1.0 FROM intel_range_hits
  UNION ALL
  SELECT 'ip', a.address, i.indicator, i.feed, i.threat_level, i.description, 0.8
  FROM indicators i JOIN intel_addresses a ON 'AS' || a.asn = i.indicator WHERE i.kind = 'asn'
  UNION ALL
  SELECT 'domain', n.name, i.indicator, i.feed, i.threat_level, i.description, CASE WHEN n.name = i.indicator THEN 1.0 ELSE 0.7 END
  FROM intel_below n JOIN indicators i ON i.kind = 'domain' AND i.indicator = n.parent
  UNION ALL
  SELECT kind, indicator, indicator, feed, threat_level, description, 1.0
  FROM indicators WHERE kind IN ('url', 'ja3', 'ja3s', 'ja4', 'certificate', 'file', 'tor')
), ranked AS (
  SELECT *, level_rank(threat_level) AS rank, max(level_rank(threat_level)) OVER (PARTITION BY kind, subject) AS top,
    max(length(indicator)) OVER (PARTITION BY kind, subject) AS longest
  FROM matches
)
SELECT kind, subject, CASE WHEN kind = 'domain' THEN min(indicator) FILTER (length(indicator) = longest) ELSE subject END AS indicator,
  level_of_rank(max(rank)) AS threat_level, (max(confidence) FILTER (rank = top))::DOUBLE AS confidence,
  list(DISTINCT feed ORDER BY feed) AS feeds, list(DISTINCT indicator ORDER BY indicator) AS indicators,
  min(description) FILTER (rank = top) AS description
FROM ranked
GROUP BY kind, subject;
