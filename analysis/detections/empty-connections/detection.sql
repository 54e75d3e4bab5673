-- A request is bare when it asks for / and sends nothing; else empty when neither side sent a body.
-- Example: four times GET http://www.google.com/ in an hour -> key google.com.
WITH sites AS (
  SELECT unnest($sites) AS site_name
), hosts AS (
  SELECT h.host, s.site_name
  FROM (SELECT DISTINCT host FROM d_http WHERE host <> '') h
  JOIN sites s ON in_domain(regexp_replace(lower(rtrim(h.host, '.')), ':\d+$', ''), s.site_name)
), empty AS (
  SELECT h.site, h.tw_start, h.orig_h, h.resp_h, h.resp_p, h.ts, n.site_name, h.uri = '/' AS bare
  FROM d_http h
  JOIN hosts n ON n.host = h.host
  WHERE coalesce(h.request_body_len, 0) = 0 AND (h.uri = '/' OR h.response_body_len = 0) AND (h.method = 'GET' OR h.method = 'HEAD')
    AND h.orig_h IS NOT NULL
)
SELECT
  orig_h AS profile,
  site,
  min(ts, $min_requests)[$min_requests] AS ts,
  site_name AS key,
  orig_h AS attacker,
  CASE WHEN min(resp_h) = max(resp_h) THEN min(resp_h) END AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  0.6 AS confidence,
  CASE WHEN count(*) FILTER (bare) < $min_requests THEN 'info' END AS threat_level,
  {requests: count(*), front_page: count(*) FILTER (bare), last_ts: max(ts)} AS details
FROM empty
GROUP BY orig_h, site, tw_start, site_name
HAVING count(*) >= $min_requests
