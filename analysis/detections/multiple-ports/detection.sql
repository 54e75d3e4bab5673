-- Per originator, window and responder: ports with connections of an unknown protocol.
-- Example: 10.0.0.5 is connected to 203.0.113.9 on 4444 and 4445 -> one finding, key 203.0.113.9, 2 ports, ts of the second.
WITH unknown AS (
  SELECT orig_h, site, tw_start, resp_h, resp_p, ts
  FROM d_flows
  WHERE established AND service IS NULL AND proto = 'tcp' AND resp_p > 0 AND orientation = 'seen'
    AND source_id IN (SELECT source_id FROM source_fields WHERE tbl = 'flows' AND field = 'service')
), several AS (
  SELECT orig_h, site, tw_start, resp_h
  FROM unknown
  GROUP BY ALL
  HAVING min(resp_p) < max(resp_p) OR $min_ports < 2
), connections AS (
  SELECT u.orig_h, u.site, u.tw_start, u.resp_h, u.resp_p, min(u.ts) AS first_ts, max(u.ts) AS last_ts, count(*) AS flows
  FROM unknown u
  SEMI JOIN several s ON s.orig_h = u.orig_h AND s.site = u.site AND s.tw_start = u.tw_start AND s.resp_h = u.resp_h
  GROUP BY ALL
)
SELECT
  orig_h AS profile,
  site,
  min(first_ts, $min_ports)[$min_ports] AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  NULL AS port,
  0.5 AS confidence,
  {ports: count(*), which: array_to_string(min(resp_p, 10), ', ') || CASE WHEN count(*) > 10 THEN ', …' ELSE '' END, flows: sum(flows)::BIGINT, last_ts: max(last_ts)} AS details
FROM connections
GROUP BY orig_h, site, tw_start, resp_h
HAVING count(*) >= $min_ports
