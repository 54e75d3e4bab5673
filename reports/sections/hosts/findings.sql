-- Findings of the affected hosts by detection, strongest first.
SELECT n, detection, level, findings, suppressed, iso(first_ts) AS first_ts, iso(last_ts) AS last_ts, confidence, links,
  detections
FROM (
  SELECT h.n, e.detection, max(struct_pack(weight := e.weight, level := e.threat_level)).level AS level,
    count(*) AS findings, count(*) FILTER (e.is_suppressed) AS suppressed, min(e.ts) AS first_ts, max(e.ts) AS last_ts,
    max(e.confidence) AS confidence, max(e.strength) AS strength,
    list(struct_pack(id := e.evidence_id, shown := e.shown) ORDER BY e.rank)[1:$links] AS links,
    count(*) OVER (PARTITION BY h.n) AS detections,
    row_number() OVER (PARTITION BY h.n ORDER BY max(e.strength) DESC, e.detection) AS nth
  FROM report_hosts h
  JOIN report_evidence e ON e.profile = h.profile AND e.site = h.site
  WHERE h.is_local AND h.n <= $hosts
  GROUP BY h.n, e.detection
)
WHERE nth <= $findings
ORDER BY n, strength DESC, detection
