-- Findings by detection and bar, with the most severe level of each. Suppressed ones are left out.
WITH lanes AS (
  SELECT detection, count(*) OVER () AS lanes
  FROM report_evidence
  WHERE NOT is_suppressed AND ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
  GROUP BY detection
  ORDER BY max(strength) DESC, count(*) DESC, detection
  LIMIT $count
)
SELECT e.detection, (epoch_us(e.ts) // $width::BIGINT)::BIGINT AS bin, count(*) AS findings, min(l.lanes) AS lanes,
  max(struct_pack(weight := e.weight, level := e.threat_level)).level AS level
FROM report_evidence e
JOIN lanes l ON l.detection = e.detection
WHERE NOT e.is_suppressed AND e.ts >= $from::TIMESTAMP AND e.ts < $until::TIMESTAMP
GROUP BY e.detection, 2
ORDER BY e.detection, 2
