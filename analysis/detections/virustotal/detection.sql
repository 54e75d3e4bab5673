-- Per window and host: subjects that enough engines call malicious.
-- Example: 10.0.0.5 connects to 203.0.113.66, malicious by 12 of 90 engines -> one finding, key address:203.0.113.66, high.
WITH bad AS (
  SELECT substr(kind, 12) AS kind, subject, (answer->>'$.malicious')::INTEGER AS malicious, (answer->>'$.engines')::INTEGER AS engines,
    TRY_CAST(answer->>'$.score' AS DOUBLE) AS score, answer->>'$.label' AS label, answer->'$.related' AS related
  FROM (SELECT kind, subject, CASE WHEN json_valid(answer) THEN answer END AS answer FROM lookups WHERE starts_with(kind, 'virustotal-'))
  WHERE TRY_CAST(answer->>'$.malicious' AS INTEGER) >= $min_engines AND TRY_CAST(answer->>'$.engines' AS INTEGER) IS NOT NULL
), met AS (
  SELECT f.site, f.tw_start, f.ts, f.orig_h AS host, f.resp_h AS other, b.kind, b.subject
  FROM d_flows f JOIN bad b ON b.kind = 'address' AND b.subject = f.resp_h
  WHERE f.proto <> 'icmp'
  UNION ALL
  SELECT n.site, n.tw_start, n.ts, n.orig_h, n.server, b.kind, b.subject
  FROM (
    SELECT site, tw_start, ts, orig_h, NULL AS server, domain_form(query) AS name FROM d_dns WHERE query IS NOT NULL
    UNION ALL SELECT site, tw_start, ts, orig_h, resp_h, domain_form(server_name) FROM d_ssl WHERE server_name IS NOT NULL
    UNION ALL SELECT site, tw_start, ts, orig_h, resp_h, domain_form(regexp_replace(host, ':\d+$', '')) FROM d_http WHERE host IS NOT NULL
  ) n JOIN bad b ON b.kind = 'domain' AND b.subject = n.name
  UNION ALL
  SELECT r.site, r.tw_start, r.ts, r.orig_h, r.resp_h, b.kind, b.subject
  FROM (SELECT site, tw_start, ts, orig_h, resp_h, 'http://' || http_url(host, uri) AS url FROM d_http WHERE uri IS NOT NULL) r
  JOIN bad b ON b.kind = 'url' AND b.subject = r.url
  UNION ALL
  SELECT t.site, t.tw_start, t.ts, t.host, t.other, b.kind, b.subject
  FROM intel_files_moved t JOIN bad b ON b.kind = 'file' AND b.subject = t.hash
), counted AS (
  SELECT site, tw_start, host, kind, subject, min(ts) AS ts, max(ts) AS last_ts, count(*) AS times, count(DISTINCT other) AS others, min(other) AS other
  FROM met
  WHERE host IS NOT NULL
  GROUP BY site, tw_start, host, kind, subject
)
SELECT
  c.host AS profile,
  c.site,
  c.ts,
  c.kind || ':' || c.subject AS key,
  c.host AS attacker,
  CASE WHEN c.others = 1 THEN c.other ELSE c.subject END AS victim,
  NULL AS proto,
  NULL AS port,
  least(1, 0.5 + 0.5 * (b.malicious - $min_engines) / greatest(1, $full_engines - $min_engines)) AS confidence,
  CASE WHEN b.malicious >= $high_engines THEN 'high' END AS threat_level,
  {kind: c.kind, subject: left(c.subject, 300), engines: b.malicious, asked: b.engines, score: b.score, label: b.label, related: b.related,
    times: c.times, last_ts: c.last_ts} AS details
FROM counted c JOIN bad b ON b.kind = c.kind AND b.subject = c.subject
