-- lint-allow: arg_min: ordered by rank and line, which is unique.
-- Who opened the flow, for flows with events whose addresses follow a packet or a file instead of the flow.
-- rank: 0 flow event, 1 addresses of the alert's flow, 2 direction, 3 events logged from client to server,
-- 4 counters of one side only, 5 a guess by ports.
CREATE OR REPLACE TEMP TABLE eve_anchor AS
WITH wanted AS (
  SELECT DISTINCT flow_id FROM eve WHERE flow_id IS NOT NULL AND event_type NOT IN ($directed, 'flow', 'dns')
),
candidates AS (
  SELECT flow_id, rowid AS id,
    CASE
      WHEN event_type = 'flow' THEN 0
      WHEN flow.src_ip IS NOT NULL AND flow.dest_ip IS NOT NULL THEN 1
      WHEN direction IN ('to_server', 'to_client') THEN 2
      WHEN event_type IN ($directed) THEN 3
      WHEN (flow.pkts_toclient = 0) <> (flow.pkts_toserver = 0) THEN 4
      ELSE 5
    END AS rank,
    src_ip, src_port, dest_ip, dest_port, direction, flow
  FROM eve WHERE flow_id IN (SELECT flow_id FROM wanted) AND src_ip IS NOT NULL AND dest_ip IS NOT NULL
    AND event_type NOT IN ('dns', 'netflow')
),
opened AS (
  SELECT flow_id, id, rank,
    CASE
      WHEN rank = 1 THEN {h: flow.src_ip, p: flow.src_port, rh: flow.dest_ip, rp: flow.dest_port}
      WHEN (rank = 2 AND direction = 'to_client') OR (rank = 4 AND flow.pkts_toserver = 0)
        OR (rank = 5 AND src_port < 1024 AND dest_port >= 1024)
        THEN {h: dest_ip, p: dest_port, rh: src_ip, rp: src_port}
      ELSE {h: src_ip, p: src_port, rh: dest_ip, rp: dest_port}
    END AS ends
  FROM candidates
)
SELECT flow_id, ends.h AS h, ends.p AS p, ends.rh AS rh, ends.rp AS rp FROM (
  SELECT flow_id, arg_min(ends, (rank, id)) AS ends FROM opened GROUP BY flow_id
);
