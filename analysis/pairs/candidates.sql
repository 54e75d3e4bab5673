-- Pairs worth a score, numbered: at least four connections, an hour in sum, a strobe (more than one connection a second
-- over a day or longer), or a destination that a feed lists. An address is left out when one of its flows belongs to a name
-- that is itself a possible beacon or long: the name says more. `eligible`: short enough a series to be measured as a beacon.
-- Example: 40 connections of 10.0.0.5 to www.example.com (198.51.100.7) -> one row of kind sni, none of kind ip.
CREATE OR REPLACE TEMP TABLE candidates AS
WITH sni AS (
  SELECT site, orig_h, name, count(*) AS connections, count(DISTINCT epoch_us(ts) // 1000000) AS seconds,
    sum(total_bytes)::BIGINT AS total_bytes, sum(duration_us)::BIGINT AS duration_us, min(ts) AS first_ts, max(ts) AS last_ts,
    count(*) FILTER (proxied) AS proxied
  FROM sni_flows
  GROUP BY ALL
), named AS (
  SELECT * FROM sni
  WHERE (seconds >= 4 AND connections < getvariable('pairs_strobe')) OR duration_us >= 3600000000
), covered AS (
  SELECT DISTINCT f.site, f.orig_h, f.resp_h
  FROM sni_flows f JOIN named n ON n.site = f.site AND n.orig_h = f.orig_h AND n.name = f.name
), listed_ip AS (
  FROM listed_pairs WHERE kind = 'ip'
), listed_sni AS (
  FROM listed_pairs WHERE kind = 'sni'
), all_pairs AS (
  SELECT 'ip' AS kind, p.site, p.orig_h, p.resp_h AS dst, connections, total_bytes, duration_us, first_ts, last_ts, 0 AS proxied,
    l.feeds AS intel_feeds
  FROM ip_pairs p
  LEFT JOIN listed_ip l ON l.site = p.site AND l.orig_h = p.orig_h AND l.dst = p.resp_h
  WHERE kept AND (connections >= 4 OR duration_us >= 3600000000 OR l.dst IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM covered c WHERE c.site = p.site AND c.orig_h = p.orig_h AND c.resp_h = p.resp_h)
  UNION ALL
  SELECT 'sni', s.site, s.orig_h, s.name, connections, total_bytes, duration_us, first_ts, last_ts, proxied, l.feeds
  FROM sni s
  LEFT JOIN listed_sni l ON l.site = s.site AND l.orig_h = s.orig_h AND l.dst = s.name
  WHERE connections >= 4 OR duration_us >= 3600000000 OR l.dst IS NOT NULL
)
SELECT row_number() OVER (ORDER BY site, orig_h, kind, dst)::INTEGER AS id, *,
  connections >= getvariable('pairs_strobe') AS strobe,
  connections >= 4 AND connections < getvariable('pairs_strobe') AS eligible
FROM all_pairs;
