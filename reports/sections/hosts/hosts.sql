-- Affected hosts, worst first.
SELECT h.n, h.profile, h.site, h.alerts, h.score, h.findings, h.names, h.detections,
  iso(h.first_ts) AS first_ts, iso(h.last_ts) AS last_ts, d.mac, d.vendor, d.as_org, d.country
FROM report_hosts h
LEFT JOIN addresses d ON d.address = h.profile
WHERE h.is_local AND h.n <= $hosts
ORDER BY h.n
