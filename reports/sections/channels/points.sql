-- The connections of the channels that are shown: start, time since the one before, bytes. The first ones of each.
WITH shown AS (
  SELECT evidence_id FROM (
    SELECT evidence_id, rank, row_number() OVER (PARTITION BY site, profile, coalesce(details->>'$.dst', victim, key) ORDER BY rank) AS nth
    FROM report_evidence WHERE detection IN ($beacon, $channel) AND NOT is_suppressed
  )
  WHERE nth = 1
  ORDER BY rank LIMIT $channels
), placed AS (
  SELECT s.evidence_id, f.flow_id, f.ts, coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0) AS bytes,
    count(*) OVER (PARTITION BY s.evidence_id) AS flows,
    row_number() OVER (PARTITION BY s.evidence_id ORDER BY f.ts, f.flow_id) AS nth,
    lag(f.ts) OVER (PARTITION BY s.evidence_id ORDER BY f.ts, f.flow_id) AS before
  FROM shown s
  JOIN evidence_flows x ON x.evidence_id = s.evidence_id
  JOIN flows f ON f.flow_id = x.flow_id
)
SELECT evidence_id, epoch_us(ts)::DOUBLE AS at, (epoch_us(ts) - epoch_us(before))::DOUBLE / 1e6 AS gap, bytes::DOUBLE AS bytes, flows
FROM placed
WHERE nth <= $points
ORDER BY evidence_id, ts, flow_id
