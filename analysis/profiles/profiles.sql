-- One row per address and window: what it did as originator and, with --direction all, as responder.
DELETE FROM profiles;
INSERT INTO profiles
WITH own AS (
  SELECT
    orig_h AS profile, site, tw_start,
    count(*) AS flows,
    count(*) FILTER (established) AS flows_est,
    count(*) FILTER (NOT established) AS flows_not_est,
    count(*) FILTER (proto = 'tcp') AS flows_tcp,
    count(*) FILTER (proto = 'udp') AS flows_udp,
    count(*) FILTER (proto = 'icmp') AS flows_icmp,
    count(DISTINCT resp_h) AS peers,
    count(DISTINCT resp_h) FILTER (NOT established) AS peers_not_est,
    count(DISTINCT resp_p) FILTER (proto <> 'icmp') AS dst_ports,
    count(DISTINCT resp_p) FILTER (proto <> 'icmp' AND NOT established) AS dst_ports_not_est,
    (coalesce(sum(orig_pkts), 0) + coalesce(sum(resp_pkts), 0))::BIGINT AS pkts,
    coalesce(sum(orig_size), 0)::BIGINT AS bytes_sent,
    coalesce(sum(resp_size), 0)::BIGINT AS bytes_received,
    coalesce(sum((duration * 1000000)::BIGINT), 0)::BIGINT AS active_us,
    min(ts) AS first_ts,
    max(ts) AS last_ts
  FROM d_flows
  GROUP BY ALL
), served AS (
  SELECT
    resp_h AS profile, site, tw_start,
    count(*) AS served_flows,
    (coalesce(sum(orig_pkts), 0) + coalesce(sum(resp_pkts), 0))::BIGINT AS served_pkts,
    coalesce(sum(resp_size), 0)::BIGINT AS served_sent,
    coalesce(sum(orig_size), 0)::BIGINT AS served_received,
    min(ts) AS served_first,
    max(ts) AS served_last
  FROM d_flows
  WHERE getvariable('direction_all')
  GROUP BY ALL
), both_sides AS (
  SELECT * FROM own FULL JOIN served USING (profile, site, tw_start)
), numbered AS (
  SELECT tw_start, row_number() OVER (ORDER BY tw_start)::INTEGER AS tw
  FROM (SELECT DISTINCT window_start(ts) AS tw_start FROM main.flows)
)
SELECT
  b.profile, b.site, b.tw_start, n.tw, window_end(b.tw_start), coalesce(a.is_local, false),
  coalesce(b.flows, 0), coalesce(b.flows_est, 0), coalesce(b.flows_not_est, 0), coalesce(b.flows_tcp, 0),
  coalesce(b.flows_udp, 0), coalesce(b.flows_icmp, 0), coalesce(b.served_flows, 0),
  coalesce(b.peers, 0), coalesce(b.peers_not_est, 0), coalesce(b.dst_ports, 0), coalesce(b.dst_ports_not_est, 0),
  coalesce(b.pkts, 0), coalesce(b.bytes_sent, 0), coalesce(b.bytes_received, 0),
  coalesce(b.served_pkts, 0), coalesce(b.served_sent, 0), coalesce(b.served_received, 0),
  round(coalesce(b.active_us, 0) / 1000000, 6),
  least(b.first_ts, b.served_first), greatest(b.last_ts, b.served_last),
  0, false
FROM both_sides b
JOIN numbered n ON n.tw_start = b.tw_start
LEFT JOIN addresses a ON a.address = b.profile;
