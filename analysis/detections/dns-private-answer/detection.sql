-- The cheap test of the text comes first. Example: evil.example is answered with 192.168.1.1 -> key evil.example.
WITH answered AS (
  SELECT site, tw_start, orig_h, lower(rtrim(query, '.')) AS name, resp_h, address, min(ts) AS ts, max(ts) AS last_ts, count(*) AS n
  FROM (
    SELECT site, tw_start, ts, orig_h, resp_h, query, unnest(answers) AS address
    FROM d_dns
    WHERE len(answers) > 0 AND resp_p NOT IN (137, 5353, 5355) AND orig_h IS NOT NULL
      AND (qtype_name IS NULL OR qtype_name = 'A' OR qtype_name = 'AAAA' OR qtype_name = '*')
  )
  WHERE regexp_full_match(address, '10\.[0-9.]+|192\.168\.[0-9.]+|172\.(1[6-9]|2\d|3[01])\.[0-9.]+|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.[0-9.]+|(?i)f[cd][0-9a-f]{2}:[0-9a-f:]+')
    AND contains(rtrim(query, '.'), '.')
  GROUP BY ALL
), public_names AS (
  SELECT DISTINCT name FROM names
  WHERE origin = 'dns' AND name IN (SELECT name FROM answered) AND address_scope(address) = 'public'
)
SELECT
  a.orig_h AS profile,
  a.site,
  min(a.ts) AS ts,
  d.domain AS key,
  a.orig_h AS attacker,
  CASE WHEN min(a.resp_h) = max(a.resp_h) THEN min(a.resp_h) END AS victim,
  NULL AS proto,
  53 AS port,
  0.8 AS confidence,
  {name: min(a.name), address: min(a.address), names: count(DISTINCT a.name), answers: sum(a.n)::BIGINT,
   also_public: count(DISTINCT p.name), last_ts: max(a.last_ts)} AS details
FROM answered a
JOIN domain_names d ON d.site = a.site AND d.orig_h = a.orig_h AND d.name = a.name
LEFT JOIN public_names p ON p.name = a.name
WHERE NOT list_contains($skip_domains, regexp_extract(a.name, '[^.]+$'))
GROUP BY a.orig_h, a.site, a.tw_start, d.domain
