-- Per client, server, server name and window. A notice counts where no handshake of the same ends says it already.
-- Example: ssl.log says "self signed certificate" for 10.0.0.5 -> 203.0.113.66, SNI x.test -> key 203.0.113.66/x.test.
WITH shown AS (
  SELECT site, tw_start, orig_h, resp_h, resp_p, lower(nullif(server_name, '')) AS name, ts, subject, cert_sha1, cert_sha256,
    coalesce(validation_status, 'subject is issuer') AS reason
  FROM d_ssl
  WHERE orig_h IS NOT NULL AND resp_h IS NOT NULL
    AND (regexp_matches(validation_status, '(?i)self.signed') OR (validation_status IS NULL AND subject = issuer AND subject <> ''))
), noticed AS (
  SELECT site, tw_start, coalesce(src, orig_h) AS orig_h, coalesce(dst, resp_h) AS resp_h, coalesce(p, resp_p) AS resp_p, ts, msg, sub
  FROM d_notice
  WHERE regexp_matches(msg, '(?i)self.signed') AND coalesce(src, orig_h) IS NOT NULL AND coalesce(dst, resp_h) IS NOT NULL
), both_kinds AS (
  SELECT site, tw_start, orig_h, resp_h, name, resp_p, ts, subject, cert_sha1, cert_sha256, reason, 1 AS handshakes, 0 AS notices
  FROM shown
  UNION ALL
  SELECT site, tw_start, orig_h, resp_h, NULL, resp_p, ts, sub, NULL, NULL, msg, 0, 1
  FROM noticed n
  WHERE NOT EXISTS (SELECT 1 FROM shown s WHERE s.site = n.site AND s.tw_start = n.tw_start AND s.orig_h = n.orig_h AND s.resp_h = n.resp_h)
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h || coalesce('/' || name, '') AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  0.5 AS confidence,
  CASE WHEN resp_h IN (SELECT address FROM addresses WHERE is_private) THEN 'info' END AS threat_level,
  {server_name: name, handshakes: sum(handshakes)::BIGINT, notices: sum(notices)::BIGINT, reason: min(reason), subject: min(subject),
   cert_sha1: min(cert_sha1), cert_sha256: min(cert_sha256), last_ts: max(ts)} AS details
FROM both_kinds
GROUP BY orig_h, site, tw_start, resp_h, name
