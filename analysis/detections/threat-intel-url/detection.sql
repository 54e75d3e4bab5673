-- Per window, client and listed URL. A refused request (status 400 and above) counts half.
-- Example: 10.0.0.5 gets http://evil.example/a.exe, which is listed -> one finding, key evil.example/a.exe.
WITH met AS (
  SELECT r.site, r.tw_start, r.orig_h, r.url, min(r.ts) AS ts, max(r.ts) AS last_ts, count(*) AS requests, count(DISTINCT r.resp_h) AS servers,
    min(r.resp_h) AS server, min(r.status_code) AS status_code, min(h.threat_level) AS threat_level, min(h.feeds) AS feeds,
    min(h.description) AS description, CASE WHEN min(r.resp_p) = max(r.resp_p) THEN min(r.resp_p) END AS port
  FROM (
    SELECT site, tw_start, ts, orig_h, resp_h, resp_p, status_code, http_url(host, uri) AS url FROM d_http
    WHERE orig_h IS NOT NULL AND uri IS NOT NULL
  ) r
  JOIN intel_hits h ON h.kind = 'url' AND h.subject = r.url
  GROUP BY r.site, r.tw_start, r.orig_h, r.url
)
SELECT
  orig_h AS profile,
  site,
  ts,
  url AS key,
  orig_h AS attacker,
  CASE WHEN servers = 1 THEN server END AS victim,
  'tcp' AS proto,
  port,
  CASE WHEN status_code >= 400 THEN 0.5 ELSE 1 END AS confidence,
  threat_level,
  {url: left(url, 300), requests: requests, status_code: status_code, feeds: array_to_string(feeds, ', '), description: coalesce(description, 'no reason given'),
    last_ts: last_ts} AS details
FROM met
