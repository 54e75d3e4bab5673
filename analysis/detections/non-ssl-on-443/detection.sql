-- Candidates are few; only flows of their pairs are looked at for TLS near in time.
-- Example: 10.0.0.5 sends 980 bytes to 203.0.113.9:443, service unknown -> one finding, key 203.0.113.9.
WITH odd AS (
  SELECT site, tw_start, orig_h, resp_h, ts, orig_bytes, resp_bytes, service, history
  FROM d_flows
  WHERE proto = 'tcp' AND resp_p = 443 AND established AND orientation = 'seen'
    AND (service IS NULL OR NOT (contains(service, 'ssl') OR contains(service, 'quic')))
    AND coalesce(orig_bytes, 0) + coalesce(resp_bytes, 0) > 0 AND coalesce(missed_bytes, 0) = 0
    AND conn_state IS DISTINCT FROM 'OTH' AND NOT contains(lower(coalesce(history, '')), 'g')
), pairs_odd AS (
  SELECT DISTINCT site, orig_h, resp_h FROM odd
), near AS (
  SELECT site, tw_start, orig_h, resp_h, ts, orig_bytes, resp_bytes, service, history, false AS known FROM odd
  UNION ALL
  SELECT f.site, f.tw_start, f.orig_h, f.resp_h, f.ts, NULL, NULL, NULL, NULL, true
  FROM d_flows f
  SEMI JOIN pairs_odd p ON p.site = f.site AND p.orig_h = f.orig_h AND p.resp_h = f.resp_h
  WHERE f.proto = 'tcp' AND contains(f.service, 'ssl')
), judged AS (
  SELECT *, count(*) FILTER (known) OVER (PARTITION BY site, orig_h, resp_h ORDER BY ts
    RANGE BETWEEN to_minutes($near_minutes) PRECEDING AND to_minutes($near_minutes) FOLLOWING) AS known_near
  FROM near
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  443 AS port,
  CASE WHEN bool_or(service IS NOT NULL OR (starts_with(history, 'S') AND contains(history, 'h'))) THEN 0.8 ELSE 0.3 END AS confidence,
  CASE WHEN bool_or(service IS NOT NULL) THEN 'medium' END AS threat_level,
  {flows: count(*), orig_bytes: coalesce(sum(orig_bytes), 0)::BIGINT, resp_bytes: coalesce(sum(resp_bytes), 0)::BIGINT,
   services: coalesce(min(service), 'unknown'), last_ts: max(ts)} AS details
FROM judged
WHERE NOT known AND known_near = 0
GROUP BY orig_h, site, tw_start, resp_h
