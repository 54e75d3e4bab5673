-- When each host first reached the threshold.
SELECT h.profile, h.site, h.is_local, h.n, h.alerts, iso(h.first_ts) AS first_ts, iso(h.last_ts) AS last_ts,
  a.score, a.threshold, a.evidence_count
FROM report_hosts h
JOIN (
  SELECT *, row_number() OVER (PARTITION BY site, profile ORDER BY ts, tw_start) AS nth FROM report_alerts
) a ON a.site = h.site AND a.profile = h.profile AND a.nth = 1
WHERE h.n <= $hosts
ORDER BY h.first_ts, h.score DESC, h.site, h.profile
