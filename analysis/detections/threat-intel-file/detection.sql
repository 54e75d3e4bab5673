-- Per window, local end and listed file.
-- Example: 10.0.0.5 downloads from 203.0.113.66 a file whose MD5 is listed -> one finding of 10.0.0.5, key the MD5.
WITH met AS (
  SELECT t.site, t.tw_start, t.host, t.hash, min(t.ts) AS ts, max(t.ts) AS last_ts, count(*) AS transfers, count(DISTINCT t.other) AS others,
    min(t.other) AS other, min(t.filename) AS filename, min(t.mime_type) AS mime_type, max(t.bytes) AS bytes, bool_or(t.received) AS received,
    min(h.threat_level) AS threat_level, min(h.feeds) AS feeds, min(h.description) AS description
  FROM intel_files_moved t JOIN intel_hits h ON h.kind = 'file' AND h.subject = t.hash
  WHERE t.host IS NOT NULL
  GROUP BY t.site, t.tw_start, t.host, t.hash
)
SELECT
  host AS profile,
  site,
  ts,
  hash AS key,
  host AS attacker,
  CASE WHEN others = 1 THEN other END AS victim,
  NULL AS proto,
  NULL AS port,
  1 AS confidence,
  threat_level,
  {hash: hash, filename: filename, mime_type: mime_type, bytes: bytes, direction: CASE WHEN received THEN 'received' ELSE 'sent' END, transfers: transfers,
    feeds: array_to_string(feeds, ', '), description: coalesce(description, 'no reason given'), last_ts: last_ts} AS details
FROM met
