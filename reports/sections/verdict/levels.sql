-- Findings by threat level, most severe first; suppressed ones are not counted.
SELECT threat_level AS level, count(*) AS findings
FROM report_evidence
WHERE NOT is_suppressed
GROUP BY threat_level, weight
ORDER BY weight DESC, threat_level
