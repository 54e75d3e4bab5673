-- Per originator, window, responder and port: connections to ports that neither the table nor the sensor knows.
-- Example: 10.0.0.5 is connected to 203.0.113.9:4444/tcp -> one finding, key 203.0.113.9:4444/tcp.
WITH known AS (
  SELECT port::INTEGER AS port, unnest(CASE WHEN proto = 'both' THEN ['tcp', 'udp'] ELSE [proto] END) AS proto
  FROM data_known_ports
), connections AS (
  SELECT orig_h, site, tw_start, resp_h, resp_p, proto, min(ts) AS ts, max(ts) AS last_ts, count(*) AS flows,
    sum(coalesce(orig_size, 0) + coalesce(resp_size, 0))::BIGINT AS bytes,
    max(epoch_us(ts) + (coalesce(duration, 0) * 1000000)::BIGINT) - min(epoch_us(ts)) AS lasted_us
  FROM d_flows f
  WHERE established AND service IS NULL AND proto IN ('tcp', 'udp') AND resp_p > 0 AND orientation = 'seen'
    AND NOT EXISTS (SELECT 1 FROM known k WHERE k.port = f.resp_p AND k.proto = f.proto)
    AND NOT (resp_p >= 1024 AND coalesce(orig_p < 1024, false))
  GROUP BY ALL
), placed AS (
  SELECT c.*, a.is_local, a.scope = 'public' AND c.proto = 'tcp'
      AND (c.lasted_us >= $channel_seconds * 1000000 OR c.bytes >= $channel_bytes)
      AND EXISTS (SELECT 1 FROM names) AND NOT EXISTS (SELECT 1 FROM names n WHERE n.address = c.resp_h) AS channel
  FROM connections c JOIN addresses a ON a.address = c.resp_h
  WHERE a.scope NOT IN ('multicast', 'broadcast', 'loopback', 'reserved')
    AND NOT EXISTS (SELECT 1 FROM d_ftp t WHERE t.data_channel_resp_h = c.resp_h AND t.data_channel_resp_p = c.resp_p)
), peers AS (
  SELECT orig_h, site, tw_start, count(DISTINCT resp_h) FILTER (proto = 'udp' AND resp_p > $peer_port) AS udp,
    count(DISTINCT resp_h) FILTER (proto = 'tcp') AS tcp
  FROM placed
  GROUP BY ALL
)
SELECT
  c.orig_h AS profile,
  c.site,
  c.ts,
  c.resp_h || ':' || c.resp_p || '/' || c.proto AS key,
  c.orig_h AS attacker,
  c.resp_h AS victim,
  c.proto,
  c.resp_p AS port,
  CASE WHEN c.is_local THEN $local_confidence ELSE 1 END AS confidence,
  CASE WHEN c.channel AND NOT c.is_local THEN 'medium' END AS threat_level,
  {flows: c.flows, bytes: c.bytes, seconds: c.lasted_us // 1000000, last_ts: c.last_ts} AS details
FROM placed c JOIN peers p ON p.orig_h = c.orig_h AND p.site = c.site AND p.tw_start = c.tw_start
WHERE CASE WHEN c.proto = 'udp' THEN c.resp_p <= $peer_port OR p.udp < $peer_hosts ELSE p.tcp < $tcp_peer_hosts END
