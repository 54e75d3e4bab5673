-- Per originator and TCP port over the whole case: hosts that gave a connection and hosts that gave none. Only ports with
-- enough tries in vain are looked at by host, and only those with enough hosts that gave none by window.
-- Example: 203.0.113.5 tries 445/tcp on 12 hosts, one every ten minutes, and nobody answers -> one finding, key 445/tcp.
WITH in_vain AS (
  SELECT site, orig_h, resp_p
  FROM d_flows
  WHERE proto = 'tcp' AND resp_p > 0 AND orientation = 'seen' AND NOT established
  GROUP BY site, orig_h, resp_p
  HAVING count(*) >= $min_hosts
), tried AS (
  SELECT f.site, f.orig_h, f.resp_p, f.resp_h, bool_or(f.established) AS answered, min(f.ts) AS first_ts, max(f.ts) AS last_ts
  FROM d_flows f SEMI JOIN in_vain v ON v.site = f.site AND v.orig_h = f.orig_h AND v.resp_p = f.resp_p
  WHERE f.proto = 'tcp' AND f.resp_p > 0 AND f.orientation = 'seen' AND f.established IS NOT NULL
  GROUP BY f.site, f.orig_h, f.resp_p, f.resp_h
), many AS (
  SELECT site, orig_h, resp_p, count(*) FILTER (NOT answered) AS hosts, count(*) FILTER (answered) AS answered,
    min(first_ts, $min_hosts::BIGINT) FILTER (NOT answered)[$min_hosts] AS ts, min(first_ts) FILTER (NOT answered) AS first_ts,
    max(last_ts) FILTER (NOT answered) AS last_ts
  FROM tried
  GROUP BY site, orig_h, resp_p
  HAVING count(*) FILTER (NOT answered) >= $min_hosts AND count(*) FILTER (answered) <= $answered_share * count(*)
), slow AS (
  SELECT *, (epoch_us(last_ts) - epoch_us(first_ts)) // 1000000 AS seconds FROM many
  WHERE epoch_us(last_ts) - epoch_us(first_ts) >= $min_seconds * 1000000::BIGINT
), fast AS (
  SELECT DISTINCT site, orig_h, resp_p FROM (
    SELECT f.site, f.orig_h, f.resp_p, f.tw_start
    FROM d_flows f JOIN slow s ON s.site = f.site AND s.orig_h = f.orig_h AND s.resp_p = f.resp_p
    WHERE f.proto = 'tcp' AND f.orientation = 'seen' AND NOT f.established
    GROUP BY f.site, f.orig_h, f.resp_p, f.tw_start
    HAVING count(DISTINCT f.resp_h) >= $window_hosts
  )
)
SELECT
  s.orig_h AS profile,
  s.site,
  s.ts,
  s.resp_p || '/tcp' AS key,
  s.orig_h AS attacker,
  NULL AS victim,
  'tcp' AS proto,
  s.resp_p AS port,
  least(1, 0.5 + 0.5 * (s.hosts - $min_hosts) / greatest(1, $full_hosts - $min_hosts)) AS confidence,
  {hosts: s.hosts, answered: s.answered, seconds: s.seconds, first_ts: s.first_ts, last_ts: s.last_ts} AS details
FROM slow s
ANTI JOIN fast x ON x.site = s.site AND x.orig_h = s.orig_h AND x.resp_p = s.resp_p
