-- Per originator, window, responder and protocol: distinct ports that gave no connection.
-- Example: 10.0.0.5 sends a SYN to 48 ports of 10.0.0.9 -> one finding, key 10.0.0.9/tcp, 48 ports, ts of the 10th port.
WITH tries AS (
  SELECT orig_h, site, tw_start, proto, resp_h, resp_p, min(ts) AS first_ts, max(ts) AS last_ts,
    sum(coalesce(orig_pkts, 1))::BIGINT AS packets
  FROM d_flows
  WHERE NOT established AND proto IN ('tcp', 'udp') AND resp_p > 0 AND orientation = 'seen'
    AND NOT (proto = 'udp' AND resp_p >= 1024 AND (resp_p BETWEEN $traceroute_first AND $traceroute_last
      OR coalesce(orig_p < 1024 OR list_contains($answer_ports, orig_p), false)))
    AND orig_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast', 'loopback', 'reserved'))
    AND resp_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast', 'loopback', 'reserved'))
  GROUP BY ALL
), counted AS (
  SELECT orig_h, site, tw_start, proto, resp_h, count(*) AS ports, sum(packets)::BIGINT AS packets,
    min(first_ts, $min_ports)[$min_ports] AS ts, max(last_ts) AS last_ts
  FROM tries
  GROUP BY ALL
  HAVING count(*) >= $min_ports
), ranked AS (
  SELECT *, count(*) FILTER (ports >= $full_ports) OVER (PARTITION BY orig_h, site, tw_start) AS full_scans
  FROM counted
)
SELECT
  orig_h AS profile,
  site,
  ts,
  resp_h || '/' || proto AS key,
  orig_h AS attacker,
  resp_h AS victim,
  proto,
  NULL AS port,
  least(1, 0.5 + 0.5 * (ports - $min_ports) / greatest(1, $full_ports - $min_ports)) AS confidence,
  CASE WHEN ports >= $full_ports AND (ports >= $critical_ports OR full_scans > 1) THEN 'critical' END AS threat_level,
  {ports: ports, packets: packets, last_ts: last_ts} AS details
FROM ranked
