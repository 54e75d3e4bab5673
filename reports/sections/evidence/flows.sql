-- The first flows behind each finding that is shown, in order of the captures' records.
WITH wanted AS (
  SELECT e.rank, min(f.flow_id, $strongest_flows) AS ids
  FROM report_evidence e
  JOIN evidence_flows f ON f.evidence_id = e.evidence_id
  WHERE e.shown
  GROUP BY e.rank
), picked AS (
  SELECT rank, unnest(CASE WHEN rank <= $strongest THEN ids ELSE ids[1:$other_flows] END) AS flow_id FROM wanted
)
SELECT p.rank, iso(f.ts) AS ts, left(f.uid, 64) AS uid, f.orig_h, f.orig_p, f.resp_h, f.resp_p, left(f.proto, 32) AS proto,
  left(f.service, 32) AS service, f.outcome::VARCHAR AS outcome, f.duration, f.orig_size, f.resp_size
FROM picked p
JOIN flows f ON f.flow_id = p.flow_id
ORDER BY p.rank, f.ts, f.flow_id
