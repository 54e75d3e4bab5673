-- Distinct registrable domains per host and window. `domain_names` gives the domain of a name.
-- Example: 10.0.0.5 asks for 60 domains, all NXDOMAIN -> one finding, confidence .6, ts of the tenth domain.
WITH failed AS (
  SELECT site, tw_start, orig_h, lower(rtrim(query, '.')) AS name, min(ts) AS ts, max(ts) AS last_ts, count(*) AS queries
  FROM d_dns
  WHERE rcode_name = 'NXDOMAIN' AND (qtype_name IS NULL OR qtype_name = 'A' OR qtype_name = 'AAAA') AND query IS NOT NULL
    AND orig_h IS NOT NULL AND resp_p NOT IN (137, 5353, 5355)
  GROUP BY ALL
), domains_failed AS (
  SELECT f.site, f.tw_start, f.orig_h, d.domain, min(f.ts) AS ts, max(f.last_ts) AS last_ts, sum(f.queries)::BIGINT AS queries
  FROM failed f
  JOIN domain_names d ON d.site = f.site AND d.orig_h = f.orig_h AND d.name = f.name
  GROUP BY ALL
), counted AS (
  SELECT site, tw_start, orig_h, count(*) AS domains, sum(queries)::BIGINT AS queries, min(ts, $min_domains)[$min_domains] AS ts,
    max(last_ts) AS last_ts, min(domain, 5) AS examples
  FROM domains_failed
  GROUP BY ALL
  HAVING count(*) >= $min_domains
), servers AS (
  SELECT DISTINCT site, resp_h FROM d_dns WHERE resp_p = 53 AND len(answers) > 0
)
SELECT
  c.orig_h AS profile,
  c.site,
  c.ts,
  'NXDOMAIN' AS key,
  c.orig_h AS attacker,
  NULL AS victim,
  NULL AS proto,
  NULL AS port,
  least(1, c.domains / greatest(1, $full_domains)) * CASE WHEN s.resp_h IS NULL THEN 1 ELSE 0.3 END AS confidence,
  CASE WHEN s.resp_h IS NULL AND c.domains >= $critical_domains THEN 'critical' END AS threat_level,
  {domains: c.domains, queries: c.queries, examples: c.examples, last_ts: c.last_ts} AS details
FROM counted c
LEFT JOIN servers s ON s.site = c.site AND s.resp_h = c.orig_h
