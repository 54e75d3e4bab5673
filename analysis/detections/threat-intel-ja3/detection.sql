-- Per window, client and fingerprint: handshakes with a listed JA3, JA3S or JA4.
-- Example: 10.0.0.5 shows a listed JA3 to two servers -> one finding, key ja3:<hash>, 2 servers.
WITH shown AS (
  SELECT site, tw_start, ts, orig_h, resp_h, resp_p, server_name, 'ja3' AS kind, lower(ja3) AS value FROM d_ssl WHERE ja3 IS NOT NULL
  UNION ALL SELECT site, tw_start, ts, orig_h, resp_h, resp_p, server_name, 'ja3s', lower(ja3s) FROM d_ssl WHERE ja3s IS NOT NULL
  UNION ALL SELECT site, tw_start, ts, orig_h, resp_h, resp_p, server_name, 'ja4', lower(ja4) FROM d_ssl WHERE ja4 IS NOT NULL
), met AS (
  SELECT s.site, s.tw_start, s.orig_h, s.kind, s.value, min(s.ts) AS ts, max(s.ts) AS last_ts, count(*) AS handshakes,
    count(DISTINCT s.resp_h) AS servers, min(s.resp_h) AS server, min(s.server_name) AS server_name, min(h.threat_level) AS threat_level,
    min(h.feeds) AS feeds, min(h.description) AS description, CASE WHEN min(s.resp_p) = max(s.resp_p) THEN min(s.resp_p) END AS port
  FROM shown s JOIN intel_hits h ON h.kind = s.kind AND h.subject = s.value
  WHERE s.orig_h IS NOT NULL
  GROUP BY s.site, s.tw_start, s.orig_h, s.kind, s.value
)
SELECT
  orig_h AS profile,
  site,
  ts,
  kind || ':' || value AS key,
  orig_h AS attacker,
  CASE WHEN servers = 1 THEN server END AS victim,
  NULL AS proto,
  port,
  CASE kind WHEN 'ja3' THEN $ja3_confidence WHEN 'ja3s' THEN $ja3s_confidence ELSE $ja4_confidence END AS confidence,
  threat_level,
  {kind: upper(kind), fingerprint: value, handshakes: handshakes, servers: servers, server_name: server_name, feeds: array_to_string(feeds, ', '),
    description: coalesce(description, 'no reason given'), last_ts: last_ts} AS details
FROM met
