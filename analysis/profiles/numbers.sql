-- Flows of one part (profile_from to profile_to) with numbers for texts: grouping texts over millions of rows costs several
-- times as much. `port`: destination port, but for ICMP; `kind`: 1 tcp, 2 udp, 3 icmp.
-- Example: 10.0.0.5 -> 203.0.113.9:443 -> (1, 2026-01-01 08:00, 17, 94, 443, 1, ...).
CREATE OR REPLACE TEMP TABLE flow_numbers AS
SELECT site_number(f.site) AS site_no, f.tw_start, o.address_no AS orig, r.address_no AS resp,
  CASE WHEN f.proto <> 'icmp' THEN f.resp_p END AS port,
  CASE f.proto WHEN 'tcp' THEN 1 WHEN 'udp' THEN 2 WHEN 'icmp' THEN 3 ELSE 0 END::TINYINT AS kind,
  f.established, f.ts, f.orig_size, f.resp_size, coalesce(f.orig_pkts, 0) + coalesce(f.resp_pkts, 0) AS pkts,
  (f.duration * 1000000)::BIGINT AS duration_us
FROM d_flows f
JOIN address_numbers o ON o.address = f.orig_h
JOIN address_numbers r ON r.address = f.resp_h
WHERE f.tw_start BETWEEN getvariable('profile_from') AND getvariable('profile_to');

-- Distinct peers and ports are groups: count(DISTINCT) keeps a table of its own for each of them.
CREATE OR REPLACE TEMP TABLE reached AS
SELECT site_no, tw_start, orig AS address_no,
  count(*) FILTER (peer) AS peers, count(*) FILTER (peer AND not_est) AS peers_not_est,
  count(*) FILTER (NOT peer) AS dst_ports, count(*) FILTER (NOT peer AND not_est) AS dst_ports_not_est
FROM (
  SELECT site_no, tw_start, orig, resp AS reached, true AS peer, bool_or(NOT established) AS not_est FROM flow_numbers GROUP BY ALL
  UNION ALL
  SELECT site_no, tw_start, orig, port, false, bool_or(NOT established) FROM flow_numbers WHERE port IS NOT NULL GROUP BY ALL
)
GROUP BY ALL;

-- What each address did as responder, with --direction all.
CREATE OR REPLACE TEMP TABLE served AS
SELECT site_no, tw_start, resp AS address_no,
  count(*) AS served_flows, sum(pkts)::BIGINT AS served_pkts, coalesce(sum(resp_size), 0)::BIGINT AS served_sent,
  coalesce(sum(orig_size), 0)::BIGINT AS served_received, min(ts) AS served_first, max(ts) AS served_last
FROM flow_numbers
WHERE getvariable('direction_all')
GROUP BY ALL;
