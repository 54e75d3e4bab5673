-- Names that belong to a site come first, so that few connections are summed.
-- Example: TLS to pastebin.com, 9,000 bytes back -> key pastebin.com.
WITH sites AS (
  SELECT unnest($sites) AS site_name
), hosts AS (
  SELECT h.host, s.site_name
  FROM (
    SELECT DISTINCT host FROM d_http WHERE host <> ''
    UNION SELECT DISTINCT server_name FROM d_ssl WHERE server_name <> ''
  ) h
  JOIN sites s ON in_domain(regexp_replace(lower(rtrim(h.host, '.')), ':\d+$', ''), s.site_name)
), handshakes AS (
  SELECT DISTINCT s.source_id, s.uid, n.site_name FROM d_ssl s JOIN hosts n ON n.host = s.server_name
), received AS (
  SELECT h.site, h.tw_start, h.orig_h, h.resp_h, h.resp_p, n.site_name, min(h.ts) AS ts, coalesce(sum(h.response_body_len), 0)::BIGINT AS bytes
  FROM d_http h
  JOIN hosts n ON n.host = h.host
  WHERE h.orig_h IS NOT NULL
  GROUP BY h.site, h.tw_start, h.orig_h, h.resp_h, h.resp_p, n.site_name, h.source_id, h.uid
  UNION ALL
  SELECT f.site, f.tw_start, f.orig_h, f.resp_h, f.resp_p, s.site_name, f.ts, coalesce(f.resp_bytes, f.resp_size, 0)
  FROM d_flows f
  JOIN handshakes s ON s.source_id = f.source_id AND s.uid = f.uid
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  site_name AS key,
  orig_h AS attacker,
  CASE WHEN min(resp_h) = max(resp_h) THEN min(resp_h) END AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  1 AS confidence,
  {bytes: sum(bytes)::BIGINT, connections: count(*), last_ts: max(ts)} AS details
FROM received
WHERE bytes >= $min_bytes
GROUP BY orig_h, site, tw_start, site_name
