-- Hosts that come near the threshold, with their strongest findings.
SELECT profile, site, names, links
FROM report_leads
WHERE n <= $hosts
ORDER BY n
