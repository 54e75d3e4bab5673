-- Per window, client and listed certificate.
-- Example: 203.0.113.66 shows 10.0.0.5 a certificate whose SHA-1 is listed -> one finding of 10.0.0.5, key the hash.
WITH met AS (
  SELECT c.site, c.tw_start, c.orig_h, c.hash, min(c.ts) AS ts, max(c.ts) AS last_ts, count(DISTINCT c.uid) AS handshakes,
    count(DISTINCT c.resp_h) AS servers, min(c.resp_h) AS server, min(c.name) AS name, min(h.threat_level) AS threat_level, min(h.feeds) AS feeds,
    min(h.description) AS description, CASE WHEN min(c.resp_p) = max(c.resp_p) THEN min(c.resp_p) END AS port
  FROM intel_certificates_shown c JOIN intel_hits h ON h.kind = 'certificate' AND h.subject = c.hash
  WHERE c.orig_h IS NOT NULL
  GROUP BY c.site, c.tw_start, c.orig_h, c.hash
)
SELECT
  orig_h AS profile,
  site,
  ts,
  hash AS key,
  orig_h AS attacker,
  CASE WHEN servers = 1 THEN server END AS victim,
  NULL AS proto,
  port,
  1 AS confidence,
  threat_level,
  {fingerprint: hash, name: name, handshakes: handshakes, servers: servers, feeds: array_to_string(feeds, ', '),
    description: coalesce(description, 'no reason given'), last_ts: last_ts} AS details
FROM met
