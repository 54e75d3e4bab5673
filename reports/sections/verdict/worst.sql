-- The affected hosts that the first screen names.
SELECT n, profile, site, score, alerts, findings, detections, names, iso(first_ts) AS first_ts, iso(last_ts) AS last_ts
FROM report_hosts
WHERE is_local
ORDER BY n
LIMIT 5
