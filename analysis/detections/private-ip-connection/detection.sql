-- Per private originator and window: private responders. Text decides what is private: a join would cost more.
-- Example: 10.0.0.5 opens 10.0.0.9:445 and 10.0.0.8:80 -> one finding, 2 hosts, victim 10.0.0.9.
WITH contacts AS (
  SELECT orig_h, site, tw_start, resp_h, min({ts: ts, flow_id: flow_id, port: resp_p, proto: proto}) AS began, max(ts) AS last_ts, count(*) AS flows
  FROM d_flows
  WHERE (starts_with(resp_h, '10.') OR starts_with(resp_h, '192.168.') OR (starts_with(resp_h, '172.') AND regexp_matches(resp_h, '^172[.](1[6-9]|2[0-9]|3[01])[.]'))
      OR starts_with(resp_h, 'fc') OR starts_with(resp_h, 'fd'))
    AND (starts_with(orig_h, '10.') OR starts_with(orig_h, '192.168.') OR (starts_with(orig_h, '172.') AND regexp_matches(orig_h, '^172[.](1[6-9]|2[0-9]|3[01])[.]'))
      OR starts_with(orig_h, 'fc') OR starts_with(orig_h, 'fd'))
    AND proto IN ('tcp', 'udp') AND NOT list_contains($ignored_ports, resp_p) AND NOT ends_with(resp_h, '.255') AND orientation = 'seen'
  GROUP BY ALL
)
SELECT
  orig_h AS profile,
  site,
  min(began).ts AS ts,
  'private' AS key,
  orig_h AS attacker,
  min({began: began, resp_h: resp_h}).resp_h AS victim,
  min(began).proto AS proto,
  min(began).port AS port,
  1 AS confidence,
  {hosts: count(*), flows: sum(flows)::BIGINT, last_ts: max(last_ts)} AS details
FROM contacts
GROUP BY orig_h, site, tw_start
