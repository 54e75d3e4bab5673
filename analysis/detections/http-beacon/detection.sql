-- Servers asked by address alone, often and for few resources, then the medians of the intervals in whole milliseconds.
-- Example: 10.0.0.5 as "Mozilla/5.0" asks 203.0.113.9 for /news.php every 5 s, 40 times -> key 203.0.113.9, critical.
WITH bare AS (
  SELECT DISTINCT host FROM d_http WHERE regexp_full_match(host, '(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]?)(?::\d+)?')
), asked AS (
  SELECT h.site, h.tw_start, h.orig_h, h.resp_h, h.resp_p, coalesce(nullif(lower(h.host), ''), h.resp_h) AS server, h.ts,
    regexp_replace(h.uri, '[?#].*$', '') AS path, nullif(h.user_agent, '') AS user_agent, coalesce(h.referrer, '') <> '' AS referred
  FROM d_http h LEFT JOIN bare b ON b.host = h.host
  WHERE h.orig_h IS NOT NULL AND h.resp_h IS NOT NULL AND (coalesce(h.host, '') = '' OR b.host IS NOT NULL)
    AND h.method IS DISTINCT FROM 'CONNECT'
), busy AS (
  SELECT site, tw_start, orig_h, server, count(*) AS requests, count(DISTINCT path) AS paths, min(ts) AS first_ts, max(ts) AS last_ts,
    min(ts, $min_requests::BIGINT)[$min_requests] AS ts, min(user_agent) AS user_agent,
    bool_and(coalesce(starts_with(user_agent, 'Mozilla/'), false)) AS as_browser,
    CASE WHEN min(resp_h) = max(resp_h) THEN min(resp_h) END AS victim, CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port
  FROM asked
  GROUP BY site, tw_start, orig_h, server
  HAVING count(*) >= $min_requests AND count(*) >= $per_path * count(DISTINCT path) AND count(*) FILTER (referred) = 0
    AND epoch_us(max(ts)) - epoch_us(min(ts)) >= $min_seconds * 1000000::BIGINT
), gaps AS (
  SELECT a.site, a.tw_start, a.orig_h, a.server,
    epoch_ms(a.ts) - lag(epoch_ms(a.ts)) OVER (PARTITION BY a.site, a.tw_start, a.orig_h, a.server ORDER BY a.ts) AS gap
  FROM asked a
  JOIN busy b ON b.site = a.site AND b.tw_start = a.tw_start AND b.orig_h = a.orig_h AND b.server = a.server
), middles AS (
  SELECT site, tw_start, orig_h, server, quantile_disc(gap, 0.5) AS middle FROM gaps WHERE gap IS NOT NULL GROUP BY ALL
), spreads AS (
  SELECT m.site, m.tw_start, m.orig_h, m.server, m.middle, quantile_disc(abs(g.gap - m.middle), 0.5) AS spread
  FROM gaps g JOIN middles m ON m.site = g.site AND m.tw_start = g.tw_start AND m.orig_h = g.orig_h AND m.server = g.server
  WHERE g.gap IS NOT NULL AND m.middle >= 1000
  GROUP BY ALL
), told AS (
  SELECT b.*, s.middle, round((s.middle - s.spread) / s.middle, 6) AS regularity,
    coalesce(regexp_extract(b.orig_h, '^\d+\.\d+\.\d+\.') = nullif(regexp_extract(b.victim, '^\d+\.\d+\.\d+\.'), ''), false) AS near
  FROM busy b
  JOIN spreads s ON s.site = b.site AND s.tw_start = b.tw_start AND s.orig_h = b.orig_h AND s.server = b.server
)
SELECT
  orig_h AS profile,
  site,
  ts,
  server AS key,
  orig_h AS attacker,
  victim,
  'tcp' AS proto,
  port,
  (0.5 + 0.5 * (regularity - $min_regularity) / greatest(0.001, 1 - $min_regularity))
    * least(1, requests / greatest(1, $full_requests)) AS confidence,
  CASE WHEN as_browser AND NOT near THEN 'critical' END AS threat_level,
  {server: server, requests: requests, paths: paths, interval_seconds: round(middle / 1000, 3), regularity: regularity,
    user_agent: coalesce(substr(user_agent, 1, 200), 'none'), first_ts: first_ts, last_ts: last_ts} AS details
FROM told
WHERE regularity >= $min_regularity
