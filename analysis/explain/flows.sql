-- Flows behind a finding, in order of time: which record of which capture each is.
SELECT f.flow_id, c.path AS capture, c.sha256 AS capture_sha256, f."row", f.uid,
  strftime(f.ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS ts, f.duration, f.orig_h, f.orig_p, f.resp_h, f.resp_p, f.proto, f.service,
  f.conn_state, f.outcome, f.orientation, f.orig_size, f.resp_size
FROM evidence_flows x
JOIN flows f ON f.flow_id = x.flow_id
JOIN captures c ON c.capture_id = f.capture_id
WHERE x.evidence_id = $id
ORDER BY f.ts, f.flow_id
LIMIT $limit;
