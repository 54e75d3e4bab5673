-- Only hosts whose window holds enough bytes at all are looked at, per responder.
-- Example: 10.0.0.5 sends 600 MB to 203.0.113.9 in 20 flows of a window -> one finding, key 203.0.113.9.
WITH senders AS (
  SELECT profile, site, tw_start
  FROM profiles
  WHERE bytes_sent >= least($flow_bytes, $total_bytes)
), uploads AS (
  SELECT f.orig_h, f.site, f.tw_start, f.resp_h, sum(f.orig_size)::BIGINT AS bytes, max(f.orig_size) AS largest, count(*) AS flows,
    sum(f.resp_size)::BIGINT AS received, min(f.ts) AS ts, max(f.ts) AS last_ts, min(f.ts) FILTER (f.orig_size >= $flow_bytes) AS large_ts
  FROM d_flows f JOIN senders s ON s.profile = f.orig_h AND s.site = f.site AND s.tw_start = f.tw_start
  WHERE f.orig_size > 0 AND f.orientation = 'seen'
  GROUP BY ALL
  HAVING sum(f.orig_size) >= $total_bytes OR max(f.orig_size) >= $flow_bytes
)
SELECT
  u.orig_h AS profile,
  u.site,
  coalesce(u.large_ts, u.last_ts) AS ts,
  u.resp_h AS key,
  u.orig_h AS attacker,
  u.resp_h AS victim,
  NULL AS proto,
  NULL AS port,
  0.6 AS confidence,
  CASE WHEN a.is_local THEN 'low' END AS threat_level,
  {bytes: u.bytes, largest: u.largest, flows: u.flows, received: u.received, last_ts: u.last_ts} AS details
FROM uploads u JOIN addresses a ON a.address = u.resp_h
WHERE a.scope IN ('public', 'private', 'shared')
