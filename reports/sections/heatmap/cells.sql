-- Scores of the hosts that matter most: highest score, then most alerts, local before others, busiest.
WITH ranked AS (
  SELECT profile, site, is_local, count(*) OVER () AS hosts,
    row_number() OVER (
      ORDER BY max(score) DESC, count(*) FILTER (alerted) DESC, is_local DESC, sum(flows) DESC, site, profile
    )::INTEGER AS n
  FROM report_profiles
  GROUP BY profile, site, is_local
)
SELECT r.n, r.profile, r.site, r.is_local, r.hosts, iso(p.tw_start) AS tw_start, p.score, p.alerted, p.flows, h.n AS block
FROM ranked r
JOIN report_profiles p ON p.profile = r.profile AND p.site = r.site
LEFT JOIN report_hosts h ON h.profile = r.profile AND h.site = r.site AND h.is_local
WHERE r.n <= $hosts
ORDER BY r.n, p.tw_start
