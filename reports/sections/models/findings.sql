-- Findings of each detection, suppressed ones not counted.
SELECT detection, count(*) AS findings, count(DISTINCT (site, profile)) AS hosts
FROM report_evidence
WHERE NOT is_suppressed
GROUP BY detection
ORDER BY detection
