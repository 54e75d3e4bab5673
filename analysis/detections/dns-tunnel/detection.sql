-- Names per host and registrable domain. Example: 10.0.0.5 asks for 1,200 names of 40 characters below t.example, each once
-- -> one finding, key t.example, confidence 1.
WITH asked AS (
  SELECT orig_h, site, domain, count(*) AS names, sum(visits)::BIGINT AS queries,
    sum(greatest(0, length(name) - length(domain) - 1))::BIGINT AS characters, min(first_ts) AS ts, max(last_ts) AS last_ts
  FROM domain_names
  WHERE name <> domain
  GROUP BY ALL
  HAVING count(*) >= $min_names
)
SELECT
  orig_h AS profile,
  site,
  ts,
  domain AS key,
  orig_h AS attacker,
  NULL AS victim,
  NULL AS proto,
  NULL AS port,
  least(1, 0.5 + 0.5 * (names - $min_names) / greatest(1, $full_names - $min_names))
    * CASE WHEN characters < $min_length * names OR queries > 4 * names THEN 0.4 ELSE 1 END AS confidence,
  {domain: domain, names: names, queries: queries, characters: characters, last_ts: last_ts} AS details
FROM asked
