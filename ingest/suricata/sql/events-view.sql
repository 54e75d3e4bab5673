-- Events of some types, with the originator first. `line`: number among the lines read, from 1; `n`: number in the table.
-- Numbered before anything is joined, in the order of the scan.
CREATE OR REPLACE TEMP MACRO eve_events(types) AS TABLE
SELECT *,
  CASE WHEN swapped THEN dst ELSE src END AS orig_h,
  CASE WHEN swapped THEN src ELSE dst END AS resp_h,
  eve_orig_p(transport, src, CASE WHEN swapped THEN dest_port ELSE src_port END, icmp_type, icmp_code, swapped) AS orig_p,
  eve_resp_p(transport, src, CASE WHEN swapped THEN src_port ELSE dest_port END, icmp_type, icmp_code, swapped) AS resp_p,
  "timestamp"::TIMESTAMP AS ts,
  flow_id::VARCHAR AS uid
FROM (
  SELECT e.*, eve_proto(e.proto) AS transport,
    $src AS src, $dest AS dst,
    e.event_type NOT IN ($directed, 'flow', 'netflow', 'dns')
      AND coalesce(a.rh = e.src_ip AND a.h = e.dest_ip AND a.rp IS NOT DISTINCT FROM e.src_port AND a.p IS NOT DISTINCT FROM e.dest_port
      AND NOT (a.h = e.src_ip AND a.p IS NOT DISTINCT FROM e.src_port), false) AS swapped
  FROM (
    SELECT *, rowid - $first + 1 AS line, row_number() OVER () AS n FROM eve WHERE list_contains(types, event_type)
  ) e LEFT JOIN eve_anchor a ON a.flow_id = e.flow_id
);
