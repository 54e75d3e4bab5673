-- Per client, server, server name and window: the gravest reason. A notice counts where no handshake of the same ends says it.
-- Example: not_after is 2025-11-01 and the handshake was on 2026-03-02 -> reason expired.
WITH judged AS (
  SELECT site, source_id, tw_start, orig_h, resp_h, resp_p, lower(nullif(server_name, '')) AS name, ts, subject, validation_status AS status,
    not_before, not_after, 1 AS handshakes,
    CASE
      WHEN validation_status IS NULL AND ts > not_after THEN 1
      WHEN validation_status IS NULL AND ts < not_before THEN 2
      WHEN validation_status IS NULL OR lower(validation_status) IN ('', 'ok') OR regexp_matches(validation_status, '(?i)self.signed') THEN 0
      WHEN regexp_matches(validation_status, '(?i)expired') THEN 1
      WHEN regexp_matches(validation_status, '(?i)not yet valid') THEN 2
      WHEN regexp_matches(validation_status, '(?i)unable to (get|verify).*(issuer|first)') THEN 4
      ELSE 3
    END AS reason
  FROM d_ssl
  WHERE orig_h IS NOT NULL AND resp_h IS NOT NULL AND (validation_status IS NOT NULL OR not_after IS NOT NULL OR not_before IS NOT NULL)
), noticed AS (
  SELECT site, source_id, tw_start, coalesce(src, orig_h) AS orig_h, coalesce(dst, resp_h) AS resp_h, coalesce(p, resp_p) AS resp_p,
    ts, sub, coalesce(nullif(regexp_extract(msg, 'failed with \((.*)\)', 1), ''), msg, note) AS status,
    CASE
      WHEN regexp_matches(status, '(?i)expired') OR note = 'SSL::Certificate_Expired' THEN 1
      WHEN regexp_matches(status, '(?i)not yet valid') OR note = 'SSL::Certificate_Not_Valid_Yet' THEN 2
      WHEN regexp_matches(status, '(?i)unable to (get|verify).*(issuer|first)') THEN 4
      ELSE 3
    END AS reason
  FROM d_notice
  WHERE (note IN ('SSL::Invalid_Server_Cert', 'SSL::Certificate_Expired', 'SSL::Certificate_Not_Valid_Yet')
      OR contains(msg, 'SSL certificate validation failed'))
    AND NOT regexp_matches(coalesce(msg, ''), '(?i)self.signed')
    AND coalesce(src, orig_h) IS NOT NULL AND coalesce(dst, resp_h) IS NOT NULL
), wrong_clocks AS (
  SELECT j.source_id, b.reason
  FROM (SELECT source_id, count(*) AS n FROM judged GROUP BY source_id) j
  JOIN (SELECT source_id, reason, count(*) AS n, count(DISTINCT resp_h) AS servers FROM judged WHERE reason IN (1, 2) GROUP BY ALL) b
    ON b.source_id = j.source_id AND 2 * b.n >= j.n AND b.servers >= 3
), both_kinds AS (
  SELECT site, source_id, tw_start, orig_h, resp_h, resp_p, name, ts, subject, status, not_before, not_after, handshakes, reason
  FROM judged WHERE reason > 0
  UNION ALL
  SELECT site, source_id, tw_start, orig_h, resp_h, resp_p, NULL, ts, sub, status, NULL, NULL, 0, reason
  FROM noticed n
  WHERE NOT EXISTS (SELECT 1 FROM judged j
    WHERE j.reason > 0 AND j.site = n.site AND j.tw_start = n.tw_start AND j.orig_h = n.orig_h AND j.resp_h = n.resp_h)
), gravest AS (
  SELECT site, tw_start, orig_h, resp_h, name, min(ts) AS ts, max(ts) AS last_ts, min(subject) AS subject, min(status) AS status,
    min(not_before) AS not_before, max(not_after) AS not_after, sum(handshakes)::BIGINT AS handshakes,
    count(*) FILTER (handshakes = 0) AS notices, min(reason) AS reason, bool_and(c.reason IS NOT NULL) AS wrong_clock,
    CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port
  FROM both_kinds b LEFT JOIN wrong_clocks c USING (source_id, reason)
  GROUP BY site, tw_start, orig_h, resp_h, name
)
SELECT
  orig_h AS profile,
  site,
  ts,
  resp_h || coalesce('/' || name, '') AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  port,
  CASE WHEN wrong_clock THEN $clock_confidence WHEN reason = 4 THEN $unknown_issuer_confidence ELSE 0.5 END AS confidence,
  {reason: CASE reason WHEN 1 THEN 'expired' WHEN 2 THEN 'not yet valid' WHEN 4 THEN 'unknown issuer' ELSE 'validation failed' END,
   status: status, server_name: name, subject: subject, not_before: not_before, not_after: not_after, handshakes: handshakes,
   notices: notices, wrong_clock: wrong_clock, last_ts: last_ts} AS details
FROM gravest
