-- Flows behind a finding, in order of time.
SELECT f.uid, strftime(f.ts, '%Y-%m-%d %H:%M:%S') AS at, f.orig_h, f.orig_p, f.resp_h, f.resp_p, f.proto, f.service, f.outcome,
  f.duration, f.orig_size, f.resp_size, (SELECT count(*) FROM evidence_flows WHERE evidence_id = $evidence) AS total
FROM evidence_flows x
JOIN flows f ON f.flow_id = x.flow_id
WHERE x.evidence_id = $evidence
ORDER BY f.ts, f.flow_id
LIMIT $limit
