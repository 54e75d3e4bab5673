-- Per originator, window, responder and destination port. The key's port is 0, or the real one when the source port was 0.
-- Example: 10.0.0.5 sends two packets to 203.0.113.9:0/tcp -> one finding, key 203.0.113.9:0/tcp.
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h || ':' || coalesce(resp_p::VARCHAR, '') || '/' || proto AS key,
  orig_h AS attacker,
  resp_h AS victim,
  proto,
  resp_p AS port,
  CASE WHEN bool_and(orig_p = 0 AND resp_p = 0) THEN $fragment_confidence ELSE 0.8 END AS confidence,
  {flows: count(*), source_port_zero: count(*) FILTER (orig_p = 0), packets: sum(coalesce(orig_pkts, 1))::BIGINT, last_ts: max(ts)} AS details
FROM d_flows
WHERE (resp_p = 0 OR orig_p = 0) AND proto IN ('tcp', 'udp') AND orientation = 'seen'
  AND resp_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast'))
GROUP BY orig_h, site, tw_start, resp_h, resp_p, proto
