-- Per window and opener: Tor exits at either end.
-- Example: 10.0.0.5 connects to 203.0.113.9, a Tor exit, on port 9001 -> one finding of 10.0.0.5, key 203.0.113.9.
WITH exits AS (
  SELECT subject, threat_level, feeds FROM intel_hits WHERE kind = 'tor'
), touched AS (
  SELECT f.site, f.tw_start, f.ts, f.orig_h, f.resp_h, f.resp_p, f.proto, f.orig_size, f.resp_size, coalesce(o.subject, r.subject) AS exit,
    o.subject IS NOT NULL AS inbound
  FROM d_flows f
  LEFT JOIN exits o ON o.subject = f.orig_h
  LEFT JOIN exits r ON r.subject = f.resp_h
  WHERE (o.subject IS NOT NULL OR r.subject IS NOT NULL) AND f.proto <> 'icmp'
), counted AS (
  SELECT site, tw_start, orig_h, exit, bool_or(inbound) AS inbound, min(ts) AS ts, max(ts) AS last_ts, count(*) AS connections,
    coalesce(sum(orig_size), 0)::BIGINT AS sent, coalesce(sum(resp_size), 0)::BIGINT AS received, count(DISTINCT resp_h) AS peers, min(resp_h) AS peer,
    CASE WHEN count(DISTINCT proto) = 1 THEN min(proto) END AS proto, CASE WHEN count(DISTINCT (proto, resp_p)) = 1 THEN min(resp_p) END AS port
  FROM touched
  GROUP BY site, tw_start, orig_h, exit
)
SELECT
  c.orig_h AS profile,
  c.site,
  c.ts,
  c.exit AS key,
  c.orig_h AS attacker,
  CASE WHEN c.peers = 1 THEN c.peer END AS victim,
  c.proto,
  c.port,
  1 AS confidence,
  {exit: c.exit, direction: CASE WHEN c.inbound THEN 'in' ELSE 'out' END, feeds: array_to_string(e.feeds, ', '), connections: c.connections, peers: c.peers,
    bytes_sent: c.sent, bytes_received: c.received, last_ts: c.last_ts} AS details
FROM counted c JOIN exits e ON e.subject = c.exit
