-- First query of each reverse name in a window, then the time from each to the tenth before it.
-- Example: 10.0.0.5 asks for 192.0.2.1 to 192.0.2.30 within a second -> one finding, ts of the tenth.
WITH asked AS (
  SELECT site, tw_start, orig_h, lower(rtrim(query, '.')) AS name, min(ts) AS ts
  FROM d_dns
  WHERE ends_with(lower(rtrim(query, '.')), '.arpa') AND resp_p NOT IN (5353, 5355) AND orig_h IS NOT NULL
    AND regexp_full_match(lower(rtrim(query, '.')), '(\d{1,3}\.){4}in-addr\.arpa|([0-9a-f]\.){32}ip6\.arpa')
  GROUP BY ALL
), spans AS (
  SELECT site, tw_start, orig_h, ts, ts - lag(ts, $min_names - 1) OVER many AS span,
    count(*) OVER (PARTITION BY site, tw_start, orig_h ORDER BY ts RANGE BETWEEN to_microseconds(($seconds * 1000000)::BIGINT) PRECEDING AND CURRENT ROW) AS burst,
    min(name, 5) OVER (PARTITION BY site, tw_start, orig_h) AS examples, count(*) OVER (PARTITION BY site, tw_start, orig_h) AS names
  FROM asked
  WINDOW many AS (PARTITION BY site, tw_start, orig_h ORDER BY ts, name)
), found AS (
  SELECT site, tw_start, orig_h, names, examples, min(ts) AS ts, max(burst) AS burst, max(ts) AS last_ts
  FROM spans
  WHERE span <= to_microseconds(($seconds * 1000000)::BIGINT)
  GROUP BY ALL
)
SELECT
  f.orig_h AS profile,
  f.site,
  f.ts,
  'arpa' AS key,
  f.orig_h AS attacker,
  NULL AS victim,
  NULL AS proto,
  NULL AS port,
  0.7 AS confidence,
  CASE WHEN s.resp_h IS NOT NULL THEN 'info' END AS threat_level,
  {names: f.names, burst: f.burst, burst_seconds: $seconds, examples: f.examples, last_ts: f.last_ts} AS details
FROM found f
LEFT JOIN (SELECT DISTINCT site, resp_h FROM d_dns WHERE resp_p = 53 AND len(answers) > 0) s ON s.site = f.site AND s.resp_h = f.orig_h
