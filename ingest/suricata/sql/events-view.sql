-- Numbers of rows in their table: sorted here, where rows are narrow. Transactions of several events number themselves.
CREATE OR REPLACE TEMP TABLE eve_order AS
SELECT rowid AS id,
  row_number() OVER (
    PARTITION BY CASE WHEN event_type = 'quic' THEN 'tls' WHEN event_type IN ($known) THEN event_type ELSE '' END ORDER BY rowid) AS n
FROM eve WHERE event_type NOT IN ('flow', 'netflow', 'dns', 'dhcp');

-- Events with the originator first. `line`: number among the lines read, from 1.
CREATE OR REPLACE TEMP VIEW eve_events AS
SELECT *,
  CASE WHEN swapped THEN dst ELSE src END AS orig_h,
  CASE WHEN swapped THEN src ELSE dst END AS resp_h,
  eve_orig_p(transport, src, CASE WHEN swapped THEN dest_port ELSE src_port END, icmp_type, icmp_code, swapped) AS orig_p,
  eve_resp_p(transport, src, CASE WHEN swapped THEN src_port ELSE dest_port END, icmp_type, icmp_code, swapped) AS resp_p,
  "timestamp"::TIMESTAMP AS ts,
  flow_id::VARCHAR AS uid
FROM (
  SELECT e.*, o.n, e.rowid - $first + 1 AS line, eve_proto(e.proto) AS transport,
    $src AS src, $dest AS dst,
    e.event_type NOT IN ($directed, 'flow', 'netflow', 'dns')
      AND coalesce(a.rh = e.src_ip AND a.h = e.dest_ip AND a.rp IS NOT DISTINCT FROM e.src_port AND a.p IS NOT DISTINCT FROM e.dest_port
      AND NOT (a.h = e.src_ip AND a.p IS NOT DISTINCT FROM e.src_port), false) AS swapped
  FROM eve e LEFT JOIN eve_anchor a ON a.flow_id = e.flow_id LEFT JOIN eve_order o ON o.id = e.rowid
);
