-- Names that hosts asked for, were given, or named to servers, and that are listed or lie below a listed domain.
-- Example: 10.0.0.5 asks for cdn.evil.example, evil.example is listed -> one finding, key evil.example, confidence .7.
WITH listed AS (
  SELECT subject, indicator, threat_level, confidence, feeds, description FROM intel_hits WHERE kind = 'domain'
), named AS (
  SELECT site, tw_start, ts, orig_h, resp_h, domain_form(query) AS name, 'dns' AS seen FROM d_dns WHERE query IS NOT NULL
  UNION ALL
  SELECT site, tw_start, ts, orig_h, resp_h, domain_form(answer), 'alias'
  FROM (SELECT site, tw_start, ts, orig_h, resp_h, unnest(answers) AS answer FROM d_dns)
  UNION ALL
  SELECT site, tw_start, ts, orig_h, resp_h, domain_form(server_name), 'tls' FROM d_ssl WHERE server_name IS NOT NULL
  UNION ALL
  SELECT site, tw_start, ts, orig_h, resp_h, domain_form(regexp_replace(host, ':\d+$', '')), 'http' FROM d_http WHERE host IS NOT NULL
), met AS (
  SELECT n.site, n.tw_start, n.orig_h, l.indicator, min(n.ts) AS ts, max(n.ts) AS last_ts, count(*) AS times, count(DISTINCT n.name) AS names,
    min(n.name) AS name, list(DISTINCT n.seen ORDER BY n.seen) AS seen, max(l.confidence) AS confidence, max(level_rank(l.threat_level)) AS rank,
    list(DISTINCT array_to_string(l.feeds, ', ') ORDER BY array_to_string(l.feeds, ', ')) AS feeds, min(l.description) AS description,
    min(n.resp_h) FILTER (n.seen IN ('tls', 'http')) AS server,
    count(DISTINCT n.resp_h) FILTER (n.seen IN ('tls', 'http')) AS servers
  FROM named n JOIN listed l ON l.subject = n.name
  WHERE n.orig_h IS NOT NULL
  GROUP BY n.site, n.tw_start, n.orig_h, l.indicator
)
SELECT
  orig_h AS profile,
  site,
  ts,
  indicator AS key,
  orig_h AS attacker,
  CASE WHEN servers = 1 THEN server ELSE indicator END AS victim,
  NULL AS proto,
  NULL AS port,
  confidence,
  level_of_rank(rank) AS threat_level,
  {listed: indicator, name: name, names: names, seen: seen, times: times, feeds: array_to_string(feeds, ', '),
    description: coalesce(description, 'no reason given'), last_ts: last_ts} AS details
FROM met
