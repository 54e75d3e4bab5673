-- Per originator, window, protocol and port: distinct hosts that gave no connection. Multicast and broadcast are no hosts.
-- Confidence grows from a half at min_hosts to 1 at full_hosts. UDP to a high port is lowered: peers of a peer-to-peer
-- client that have left look the same. Critical: very many hosts, or a second port scanned as widely in the window.
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
    min(first_ts, $min_hosts)[$min_hosts] AS ts, max(last_ts) AS last_ts,
    proto = 'udp' AND resp_p >= 1024 AS like_peers
  FROM tries
  GROUP BY ALL
  HAVING count(*) >= $min_hosts
), ranked AS (
  SELECT *, count(*) FILTER (hosts >= $second_hosts AND NOT like_peers) OVER (PARTITION BY orig_h, site, tw_start) AS wide_ports
  FROM counted
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
  least(1, 0.5 + 0.5 * (hosts - $min_hosts) / greatest(1, $full_hosts - $min_hosts)) * CASE WHEN like_peers THEN 0.6 ELSE 1 END
    AS confidence,
  CASE WHEN NOT like_peers AND (hosts >= $critical_hosts OR (hosts >= $second_hosts AND wide_ports > 1)) THEN 'critical' END
    AS threat_level,
  {hosts: hosts, packets: packets, last_ts: last_ts} AS details
FROM ranked
