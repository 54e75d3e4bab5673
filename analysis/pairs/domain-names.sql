-- Names that each host asked for, with their registrable domain. Reverse look-ups and local names are out.
-- Example: 10.0.0.5 asks for a.b.example.co.uk twice -> name a.b.example.co.uk, domain example.co.uk, visits 2.
CREATE OR REPLACE TEMP TABLE domain_names AS
SELECT site, orig_h, name, domain, visits, first_ts, last_ts FROM (
  SELECT site, orig_h, lower(rtrim(query, '.')) AS name, count(*) AS visits, min(ts) AS first_ts, max(ts) AS last_ts
  FROM d_dns
  WHERE query IS NOT NULL AND orig_h IS NOT NULL AND (getvariable('pairs_rows_from') IS NULL OR ts >= getvariable('pairs_rows_from'))
  GROUP BY ALL
) q
JOIN LATERAL (
  SELECT CASE WHEN regexp_extract(q.name, '[^.]+\.[^.]+$') IN (SELECT ending FROM public_suffixes)
    THEN regexp_extract(q.name, '[^.]+\.[^.]+\.[^.]+$') ELSE regexp_extract(q.name, '[^.]+\.[^.]+$') END AS domain
) d ON true
WHERE domain <> '' AND NOT ends_with(name, '.arpa') AND NOT ends_with(name, '.local');
