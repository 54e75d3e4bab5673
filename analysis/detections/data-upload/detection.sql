-- Only hosts whose window holds enough bytes at all are looked at, per responder.
-- Example: 10.0.0.5 sends 600 MB to 203.0.113.9 in 20 flows of a window -> one finding, key 203.0.113.9.
WITH senders AS (
  SELECT profile, site, tw_start
  FROM profiles
  WHERE bytes_sent >= least($flow_bytes, $total_bytes, $unnamed_bytes)
), uploads AS (
  SELECT f.orig_h, f.site, f.tw_start, f.resp_h, sum(f.orig_size)::BIGINT AS bytes, max(f.orig_size) AS largest, count(*) AS flows,
    sum(f.resp_size)::BIGINT AS received,
    coalesce(sum(f.orig_size) FILTER (f.proto = 'tcp' AND f.service IS NULL AND f.resp_p >= 1024), 0)::BIGINT AS unknown_bytes, min(f.ts) AS ts, max(f.ts) AS last_ts, min(f.ts) FILTER (f.orig_size >= $flow_bytes) AS large_ts
  FROM d_flows f JOIN senders s ON s.profile = f.orig_h AND s.site = f.site AND s.tw_start = f.tw_start
  WHERE f.orig_size > 0 AND f.orientation = 'seen'
  GROUP BY ALL
  HAVING sum(f.orig_size) >= least($total_bytes, $unnamed_bytes) OR max(f.orig_size) >= $flow_bytes
), judged AS (
  SELECT u.*, a.is_local, a.scope, u.bytes >= $total_bytes OR u.largest >= $flow_bytes AS much,
    a.scope = 'public' AND NOT a.is_local AND u.unknown_bytes >= $unnamed_bytes AND u.bytes >= $unnamed_ratio * coalesce(u.received, 0)
      AND EXISTS (SELECT 1 FROM names) AND NOT EXISTS (SELECT 1 FROM names n WHERE n.address = u.resp_h) AS unnamed
  FROM uploads u JOIN addresses a ON a.address = u.resp_h
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
  CASE WHEN u.unnamed THEN 0.9 ELSE 0.6 END AS confidence,
  CASE WHEN u.is_local THEN 'low' END AS threat_level,
  {bytes: u.bytes, largest: u.largest, flows: u.flows, received: u.received, unknown_bytes: u.unknown_bytes, last_ts: u.last_ts} AS details
FROM judged u
WHERE (u.much OR u.unnamed) AND u.scope IN ('public', 'private', 'shared')
