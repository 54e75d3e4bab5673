-- Per originator, window, protocol and port: distinct hosts that gave no connection. Multicast and broadcast are no hosts.
-- Example: 10.0.0.5 sends one SYN each to 40 hosts on 445/tcp -> one finding, key 445/tcp, 40 hosts, ts of the 10th host.
WITH tries AS (
  SELECT orig_h, site, tw_start, proto, resp_p, resp_h, min(ts) AS first_ts, max(ts) AS last_ts,
    sum(coalesce(orig_pkts, 1))::BIGINT AS packets
  FROM d_flows
  WHERE NOT established AND proto IN ('tcp', 'udp') AND resp_p > 0 AND orientation = 'seen'
    AND orig_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast', 'loopback', 'reserved'))
    AND resp_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast'))
  GROUP BY ALL
), counted AS (
  SELECT orig_h, site, tw_start, proto, resp_p, count(*) AS hosts, sum(packets)::BIGINT AS packets,
    list(first_ts ORDER BY first_ts)[$min_hosts] AS ts, max(last_ts) AS last_ts
  FROM tries
  GROUP BY ALL
  HAVING count(*) >= $min_hosts
)
SELECT
  orig_h AS profile,
  site,
  ts,
  resp_p || '/' || proto AS key,
  orig_h AS attacker,
  NULL AS victim,
  proto,
  resp_p AS port,
  CASE WHEN packets >= $full_packets THEN 1.0 ELSE packets / $full_packets END AS confidence,
  {hosts: hosts, packets: packets, last_ts: last_ts} AS details
FROM counted
