-- Per private originator and window: private responders. Text decides what is private: a join would cost more.
-- Example: 10.0.0.5 opens 10.0.0.9:445 and 10.0.0.8:80 -> one finding, 2 hosts, victim 10.0.0.9.
WITH contacts AS (
  SELECT orig_h, site, tw_start, resp_h, min(ts) AS ts, max(ts) AS last_ts, count(*) AS flows
  FROM d_flows
  WHERE (starts_with(resp_h, '10.') OR starts_with(resp_h, '192.168.') OR starts_with(resp_h, '172.') OR starts_with(resp_h, 'fc') OR starts_with(resp_h, 'fd'))
    AND (starts_with(orig_h, '10.') OR starts_with(orig_h, '192.168.') OR starts_with(orig_h, '172.') OR starts_with(orig_h, 'fc') OR starts_with(orig_h, 'fd'))
    AND proto IN ('tcp', 'udp') AND NOT list_contains($ignored_ports, resp_p) AND orientation = 'seen'
  GROUP BY ALL
), private_contacts AS (
  SELECT *
  FROM contacts
  WHERE NOT ends_with(resp_h, '.255')
    AND (NOT starts_with(resp_h, '172.') OR regexp_matches(resp_h, '^172[.](1[6-9]|2[0-9]|3[01])[.]'))
    AND (NOT starts_with(orig_h, '172.') OR regexp_matches(orig_h, '^172[.](1[6-9]|2[0-9]|3[01])[.]'))
), counted AS (
  SELECT orig_h, site, tw_start, min(ts) AS ts, max(last_ts) AS last_ts, count(*) AS hosts, sum(flows)::BIGINT AS flows
  FROM private_contacts
  GROUP BY ALL
)
SELECT
  c.orig_h AS profile,
  c.site,
  c.ts,
  'private' AS key,
  c.orig_h AS attacker,
  min(p.resp_h) AS victim,
  NULL AS proto,
  NULL AS port,
  1 AS confidence,
  {hosts: c.hosts, flows: c.flows, last_ts: c.last_ts} AS details
FROM counted c
JOIN private_contacts p ON p.orig_h = c.orig_h AND p.site = c.site AND p.tw_start = c.tw_start AND p.ts = c.ts
GROUP BY c.orig_h, c.site, c.tw_start, c.ts, c.hosts, c.flows, c.last_ts
