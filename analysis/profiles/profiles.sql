-- One row per address and window of one part: what it did as originator and, with --direction all, as responder.
INSERT INTO profiles
WITH own AS (
  SELECT
    who,
    count(*) AS flows,
    count(*) FILTER (established) AS flows_est,
    count(*) FILTER (NOT established) AS flows_not_est,
    count(*) FILTER (kind = 1) AS flows_tcp,
    count(*) FILTER (kind = 2) AS flows_udp,
    count(*) FILTER (kind = 3) AS flows_icmp,
    sum(pkts)::BIGINT AS pkts,
    coalesce(sum(orig_size), 0)::BIGINT AS bytes_sent,
    coalesce(sum(resp_size), 0)::BIGINT AS bytes_received,
    coalesce(sum(duration_us), 0)::BIGINT AS active_us,
    min(ts) AS first_ts,
    max(ts) AS last_ts
  FROM flow_numbers
  GROUP BY ALL
), both_sides AS (
  SELECT * FROM own FULL JOIN served USING (who)
)
SELECT
  a.address, site_of(b.who), w.tw_start, w.tw, window_end(w.tw_start), a.is_local,
  coalesce(b.flows, 0), coalesce(b.flows_est, 0), coalesce(b.flows_not_est, 0), coalesce(b.flows_tcp, 0),
  coalesce(b.flows_udp, 0), coalesce(b.flows_icmp, 0), coalesce(b.served_flows, 0),
  coalesce(r.peers, 0), coalesce(r.peers_not_est, 0), coalesce(r.dst_ports, 0), coalesce(r.dst_ports_not_est, 0),
  coalesce(b.pkts, 0), coalesce(b.bytes_sent, 0), coalesce(b.bytes_received, 0),
  coalesce(b.served_pkts, 0), coalesce(b.served_sent, 0), coalesce(b.served_received, 0),
  round(coalesce(b.active_us, 0) / 1000000, 6),
  least(b.first_ts, b.served_first), greatest(b.last_ts, b.served_last),
  0, false
FROM both_sides b
LEFT JOIN reached r USING (who)
JOIN window_numbers w ON w.tw = window_of(b.who)
JOIN address_numbers a ON a.address_no = address_of(b.who);
