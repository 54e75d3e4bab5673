-- Detections of the last run with their findings inside the scope of the report.
SELECT r.detection, r.status, left(r.reason, $text + 1) AS reason, r.parameters, r.sql_sha256,
  coalesce(e.findings, 0) AS findings, coalesce(e.suppressed, 0) AS suppressed, e.links
FROM detection_runs r
LEFT JOIN (
  SELECT detection, count(*) AS findings, count(*) FILTER (is_suppressed) AS suppressed,
    list(struct_pack(id := evidence_id, shown := shown) ORDER BY rank)[1:$links] AS links
  FROM report_evidence
  GROUP BY detection
) e ON e.detection = r.detection
ORDER BY coalesce(e.findings, 0) DESC, r.detection
