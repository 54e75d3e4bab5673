-- Hosts below the threshold that the first screen names when none is above it.
SELECT n, profile, site, score, 0 AS alerts, detections, names, links, iso(first_ts) AS first_ts
FROM report_leads
WHERE n <= $hosts
ORDER BY n
