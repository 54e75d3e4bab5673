-- Ground truth of one case. given_hosts(host, role): rows of the hosts file about it; host * is every local host.
-- ICMP errors (unreachable, time exceeded) answer to a scan and carry its label: they make nobody infected.
CREATE OR REPLACE TEMP TABLE labelled_hosts AS
SELECT f.orig_h AS host, s.site, count(*) FILTER (l.class = 'malicious' AND NOT icmp_error) AS malicious, count(*) FILTER (l.class = 'benign') AS benign,
  min(f.ts) FILTER (l.class = 'malicious' AND NOT icmp_error) AS first_malicious
FROM (SELECT *, proto = 'icmp' AND coalesce(orig_p IN (1, 2, 3, 4, 11, 12), false) AS icmp_error FROM main.flows) f
JOIN main.labels l ON l.source_id = f.source_id AND l.uid = f.uid
JOIN main.sources s ON s.source_id = f.source_id
WHERE l.class IS NOT NULL
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE true_hosts AS
WITH seen AS (
  SELECT profile AS host, site, min(first_ts) AS first_ts FROM main.profiles GROUP BY ALL
  UNION
  SELECT profile, site, min(ts) FROM main.evidence e
  WHERE NOT EXISTS (SELECT 1 FROM main.profiles p WHERE p.profile = e.profile AND p.site = e.site)
  GROUP BY ALL
), known AS (
  SELECT s.host, s.site, s.first_ts, l.first_malicious, coalesce(l.malicious, 0) AS malicious, coalesce(l.benign, 0) AS benign,
    (SELECT min(role) FROM given_hosts g WHERE g.host = s.host) AS named,
    (SELECT min(role) FROM given_hosts g WHERE g.host = '*') AS everybody,
    coalesce(a.is_local, false) AS is_local
  FROM seen s
  LEFT JOIN labelled_hosts l ON l.host = s.host AND l.site = s.site
  LEFT JOIN main.addresses a ON a.address = s.host
)
SELECT host, site,
  CASE
    WHEN named IS NOT NULL THEN named
    WHEN is_local AND everybody IN ('benign', 'infected') THEN everybody
    WHEN malicious > 0 THEN CASE WHEN is_local AND everybody IS NULL THEN 'infected' ELSE 'attacker' END
    WHEN is_local AND everybody IS NOT NULL THEN everybody
    WHEN benign > 0 THEN 'benign'
    ELSE 'unknown'
  END AS role,
  CASE
    WHEN named IS NOT NULL THEN 'hosts file'
    WHEN is_local AND everybody IN ('benign', 'infected') THEN 'hosts file'
    WHEN malicious > 0 THEN 'labels'
    WHEN is_local AND everybody IS NOT NULL THEN 'hosts file'
    WHEN benign > 0 THEN 'labels'
  END AS basis,
  coalesce(first_malicious, first_ts) AS begins
FROM known;
