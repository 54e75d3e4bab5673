-- Per originator, window and kind of request: distinct hosts asked. Types: 8 and 128 (ICMPv6) echo, 13 timestamp,
-- 17 address mask. Example: 10.0.0.5 pings 30 hosts, 12 answer -> one finding, key echo, 30 hosts, ts of the 5th host.
WITH asked AS (
  SELECT orig_h, site, tw_start, resp_h, CASE orig_p WHEN 13 THEN 'timestamp' WHEN 17 THEN 'address-mask' ELSE 'echo' END AS kind,
    min(ts) AS first_ts, max(ts) AS last_ts, sum(coalesce(orig_pkts, 1))::BIGINT AS packets,
    coalesce(bool_or(coalesce(resp_pkts > 0, established)), false) AS answered
  FROM d_flows
  WHERE proto = 'icmp' AND orig_p IN (8, 13, 17, 128)
    AND resp_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast', 'loopback'))
  GROUP BY ALL
), counted AS (
  SELECT orig_h, site, tw_start, kind, count(*) AS hosts, count(*) FILTER (answered) AS answered,
    sum(packets)::BIGINT AS packets, min(first_ts, $min_hosts)[$min_hosts] AS ts, max(last_ts) AS last_ts
  FROM asked
  GROUP BY ALL
  HAVING count(*) >= $min_hosts
)
SELECT
  orig_h AS profile,
  site,
  ts,
  kind AS key,
  orig_h AS attacker,
  NULL AS victim,
  'icmp' AS proto,
  NULL AS port,
  CASE WHEN kind <> 'echo' THEN 0.8
       ELSE least(1, hosts / $full_hosts) * CASE WHEN 10 * answered >= 9 * hosts THEN 0.5 ELSE 1 END END AS confidence,
  {hosts: hosts, answered: answered, packets: packets, last_ts: last_ts} AS details
FROM counted
