-- Flows of one part (from profile_first_ts to profile_last_ts, whole windows) with numbers for texts: grouping texts over
-- millions of rows costs several times as much. `who`: window, site and originator as one number. `port`: destination port, but for
-- ICMP; `kind`: 1 tcp, 2 udp, 3 icmp. Windows have their numbers by a join: by arithmetic, hostile times would overflow.
-- Example: 10.0.0.5 -> 203.0.113.9:443 in window 2, site 1 of 1, address 17 -> (2 << 32 | 17, 94, 443, 1, ...).
CREATE OR REPLACE TEMP TABLE flow_numbers AS
SELECT who_of(w.tw, f.site, o.address_no) AS who, r.address_no AS resp,
  CASE WHEN f.proto <> 'icmp' THEN f.resp_p END AS port,
  CASE f.proto WHEN 'tcp' THEN 1 WHEN 'udp' THEN 2 WHEN 'icmp' THEN 3 ELSE 0 END::TINYINT AS kind,
  f.established, f.ts, f.orig_size, f.resp_size, coalesce(f.orig_pkts, 0) + coalesce(f.resp_pkts, 0) AS pkts,
  (f.duration * 1000000)::BIGINT AS duration_us
FROM d_flows f
JOIN window_numbers w ON w.tw_start = f.tw_start
JOIN address_numbers o ON o.address = f.orig_h
JOIN address_numbers r ON r.address = f.resp_h
WHERE f.ts BETWEEN getvariable('profile_first_ts') AND getvariable('profile_last_ts');

-- Distinct peers and ports are groups: count(DISTINCT) keeps a table of its own for each of them.
CREATE OR REPLACE TEMP TABLE reached AS
SELECT who,
  count(*) FILTER (peer) AS peers, count(*) FILTER (peer AND not_est) AS peers_not_est,
  count(*) FILTER (NOT peer) AS dst_ports, count(*) FILTER (NOT peer AND not_est) AS dst_ports_not_est
FROM (
  SELECT who, resp AS reached, true AS peer, bool_or(NOT established) AS not_est FROM flow_numbers GROUP BY ALL
  UNION ALL
  SELECT who, port, false, bool_or(NOT established) FROM flow_numbers WHERE port IS NOT NULL GROUP BY ALL
)
GROUP BY who;

-- What each address did as responder, with --direction all.
CREATE OR REPLACE TEMP TABLE served AS
SELECT (who >> 32 << 32) + resp AS who,
  count(*) AS served_flows, sum(pkts)::BIGINT AS served_pkts, coalesce(sum(resp_size), 0)::BIGINT AS served_sent,
  coalesce(sum(orig_size), 0)::BIGINT AS served_received, min(ts) AS served_first, max(ts) AS served_last
FROM flow_numbers
WHERE getvariable('direction_all')
GROUP BY ALL;
