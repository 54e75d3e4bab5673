-- Responses first; a file counts where no response of its connection says it already. Files of requests are uploads.
-- Example: 10.0.0.5 gets /m of 203.0.113.9 with Host 203.0.113.9, application/x-dosexec -> key 203.0.113.9, medium.
WITH wanted AS (
  SELECT unnest($mime_types) AS mime_type
), answered AS (
  SELECT h.site, h.tw_start, h.source_id, h.uid, h.orig_h, h.resp_h, h.resp_p, h.ts, w.mime_type, h.response_body_len AS bytes,
    regexp_replace(h.host, ':\d+$', '') AS host, h.uri
  FROM (
    SELECT site, tw_start, source_id, uid, orig_h, resp_h, resp_p, ts, host, uri, response_body_len, unnest(list_distinct(resp_mime_types)) AS type
    FROM d_http
    WHERE len(resp_mime_types) > 0
  ) h
  JOIN wanted w ON w.mime_type = lower(h.type)
), seen AS (
  SELECT f.site, f.tw_start, f.source_id, f.uid, coalesce(f.orig_h, f.rx_hosts[1]) AS orig_h, coalesce(f.resp_h, f.tx_hosts[1]) AS resp_h,
    f.resp_p, f.ts, w.mime_type, f.seen_bytes AS bytes, NULL AS host, f.filename AS uri
  FROM d_files f
  JOIN wanted w ON w.mime_type = lower(f.mime_type)
  WHERE f.is_orig IS DISTINCT FROM true
    AND NOT EXISTS (SELECT 1 FROM answered a WHERE a.source_id = f.source_id AND a.uid = coalesce(f.uid, f.conn_uids[1]))
), judged AS (
  SELECT *,
    CASE
      WHEN coalesce(regexp_matches(uri, $disguises), false) THEN 0.5
      WHEN resp_h IN (SELECT address FROM addresses WHERE is_private) THEN CASE WHEN is_ip(host) THEN 0.2 ELSE 0 END
      WHEN is_ip(host) THEN 0.5
      ELSE 0.2
    END AS weight
  FROM (FROM answered UNION ALL FROM seen)
  WHERE orig_h IS NOT NULL AND resp_h IS NOT NULL
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  0.8 AS confidence,
  CASE max(weight) WHEN 0.5 THEN 'medium' WHEN 0.2 THEN 'low' ELSE 'info' END AS threat_level,
  {files: count(*), bytes: coalesce(sum(bytes), 0)::BIGINT, mime_type: min(mime_type),
   location: substr(min(coalesce(host, resp_h) || coalesce(uri, '')), 1, 200), last_ts: max(ts)} AS details
FROM judged
GROUP BY orig_h, site, tw_start, resp_h
