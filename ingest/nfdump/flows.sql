-- nfdump rows as flows. `$one_way` is true for text with one row a direction: then the other direction is not known.
INSERT INTO flows
SELECT
  $flow_base + row_number() OVER () - 1,
  $capture_id,
  $source_id,
  n,
  derived_uid($capture_id, n),
  start_time,
  coalesce(round(seconds, 6), (epoch_us(end_time) - epoch_us(start_time)) / 1000000.0),
  CASE WHEN answers THEN dst ELSE src END,
  CASE WHEN has_ports(proto) THEN CASE WHEN answers THEN dport_number ELSE sport_number END
       WHEN proto = 'icmp' THEN icmp_type END,
  CASE WHEN answers THEN src ELSE dst END,
  CASE WHEN has_ports(proto) THEN CASE WHEN answers THEN sport_number ELSE dport_number END
       WHEN proto = 'icmp' THEN icmp_counterpart(contains(src, ':'), icmp_type, icmp_code) END,
  proto,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  CASE WHEN answers THEN out_pkts ELSE in_pkts END,
  CASE WHEN answers THEN in_pkts ELSE out_pkts END,
  CASE WHEN answers THEN out_bytes ELSE in_bytes END,
  CASE WHEN answers THEN in_bytes ELSE out_bytes END,
  CASE WHEN answers THEN out_bytes ELSE in_bytes END,
  CASE WHEN answers THEN in_bytes ELSE out_bytes END,
  CASE outcome WHEN 'established' THEN true WHEN 'unknown' THEN NULL ELSE false END,
  outcome,
  CASE WHEN seen THEN 'seen' ELSE 'guessed' END,
  CASE WHEN proto = 'tcp' AND (regexp_matches(flags, '[FR]') OR outcome = 'rejected') THEN 'closed' ELSE 'timeout' END,
  NULL,
  NULL,
  CASE WHEN answers THEN dst_mac ELSE src_mac END,
  CASE WHEN answers THEN src_mac ELSE dst_mac END,
  vlan,
  NULL,
  NULL,
  NULL,
  nullif(flags, ''),
  CASE WHEN members IS NOT NULL THEN ('{' || members || '}')::JSON END
FROM (
  SELECT *,
    CASE
      WHEN two_way IS NULL THEN 'unknown'
      WHEN proto = 'tcp' THEN
        nfdump_tcp_outcome(flags, answers, two_way, contains(src, ':'), in_pkts, in_bytes, out_pkts, out_bytes)
      WHEN two_way THEN 'established'
      WHEN proto = 'udp' AND NOT answers THEN 'no_reply'
      -- nfdump does not put an ICMP request and its reply together.
      WHEN proto = 'icmp' AND is_icmp_request(icmp_type) THEN 'unknown'
      ELSE 'one_way'
    END AS outcome
  FROM (
    SELECT * EXCLUDE (out_pkts, out_bytes),
      CASE WHEN NOT $one_way THEN coalesce(out_pkts, 0) END AS out_pkts,
      CASE WHEN NOT $one_way THEN coalesce(out_bytes, 0) END AS out_bytes,
      CASE WHEN NOT $one_way THEN in_pkts > 0 AND coalesce(out_pkts, 0) > 0 END AS two_way
    FROM nfdump_rows
    WHERE reason IS NULL
  )
);
