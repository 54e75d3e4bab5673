-- Methods of requests, and the sensor's notes where no request of the connection has one already.
-- Example: 10.0.0.5 sends "HACK / HTTP/1.1" to 203.0.113.9 -> key 203.0.113.9, methods HACK.
WITH unknown AS (
  SELECT method FROM (SELECT DISTINCT method FROM d_http WHERE method <> '') WHERE NOT list_contains($methods, method)
), sent AS (
  SELECT site, tw_start, source_id, uid, orig_h, resp_h, resp_p, ts, method FROM d_http WHERE method IN (SELECT method FROM unknown)
), noted AS (
  SELECT site, tw_start, source_id, uid, orig_h, resp_h, resp_p, ts, coalesce(nullif(addl, ''), 'unknown') AS method
  FROM d_weird w
  WHERE name = 'unknown_HTTP_method' AND NOT list_contains($methods, coalesce(addl, ''))
    AND NOT EXISTS (SELECT 1 FROM sent s WHERE s.source_id = w.source_id AND s.uid = w.uid)
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  0.9 AS confidence,
  {requests: count(*), methods: min(substr(method, 1, 40), 5), last_ts: max(ts)} AS details
FROM (FROM sent UNION ALL FROM noted)
WHERE orig_h IS NOT NULL AND resp_h IS NOT NULL
GROUP BY orig_h, site, tw_start, resp_h
