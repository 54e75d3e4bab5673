-- Two one-way records make one flow: same flow_id and start; the first line is the originator's.
-- Flows that have a flow event, here or in another file of the source, are told by that.
CREATE OR REPLACE TEMP TABLE eve_netflow AS
WITH records AS (
  SELECT id, flow_id, coalesce(flow_id, -1 - id) AS k, src_ip, src_port, dest_ip, dest_port,
    TRY_CAST(v.start AS TIMESTAMPTZ)::TIMESTAMP AS started, TRY_CAST(v.end AS TIMESTAMPTZ)::TIMESTAMP AS finished,
    v.pkts AS pkts, v.bytes AS bytes, ts_flags AS flags
  FROM (
    SELECT rowid AS id, *, from_json(content, '{"pkts": "BIGINT", "bytes": "BIGINT", "start": "VARCHAR", "end": "VARCHAR"}') AS v
    FROM eve WHERE event_type = 'netflow')
),
firsts AS (SELECT k, started, min(id) AS id FROM records GROUP BY ALL),
sided AS (
  SELECT f.id AS first_id, r.*, r.src_ip = o.src_ip AND r.src_port IS NOT DISTINCT FROM o.src_port AS forward
  FROM records r JOIN firsts f USING (k, started) JOIN records o ON o.id = f.id
)
SELECT first_id AS id, min(started) AS started, max(finished) AS finished,
  coalesce(sum(pkts) FILTER (forward), 0)::BIGINT AS orig_pkts, coalesce(sum(pkts) FILTER (NOT forward), 0)::BIGINT AS resp_pkts,
  coalesce(sum(bytes) FILTER (forward), 0)::BIGINT AS orig_bytes, coalesce(sum(bytes) FILTER (NOT forward), 0)::BIGINT AS resp_bytes,
  bit_or(flags) FILTER (forward) AS ts, bit_or(flags) FILTER (NOT forward) AS tc
FROM sided
WHERE flow_id IS NULL OR (
  flow_id NOT IN (SELECT flow_id FROM eve WHERE event_type = 'flow' AND flow_id IS NOT NULL)
  AND flow_id::VARCHAR NOT IN (SELECT uid FROM flows WHERE source_id = $source AND capture_id <> $capture))
GROUP BY first_id;
