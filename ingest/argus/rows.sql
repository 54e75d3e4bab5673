-- Cells of Argus rows as typed values, still in Argus' own direction.
CREATE OR REPLACE TEMP VIEW argus_typed AS
SELECT * EXCLUDE (src_mac, dst_mac, src_vlan, dst_vlan),
  mac_cell(src_mac) AS src_mac,
  mac_cell(dst_mac) AS dst_mac,
  coalesce(vlan_cell(src_vlan), vlan_cell(dst_vlan)) AS vlan,
  CASE proto_text WHEN 'rtp' THEN 'udp' WHEN 'rtcp' THEN 'udp' WHEN 'udt' THEN 'udp' ELSE proto_name(proto_text) END AS proto,
  time_cell(start_text) AS start_time,
  time_cell(last_text) AS last_time,
  TRY_CAST(dur_text AS DOUBLE) AS seconds,
  canonical_ip(src_text) AS src,
  canonical_ip(dst_text) AS dst,
  argus_number(sport) AS sport_number,
  argus_number(dport) AS dport_number,
  TRY_CAST(tot_pkts_text AS BIGINT) AS tot_pkts,
  TRY_CAST(tot_bytes_text AS BIGINT) AS tot_bytes,
  TRY_CAST(src_pkts_text AS BIGINT) AS src_pkts,
  TRY_CAST(src_bytes_text AS BIGINT) AS src_bytes,
  TRY_CAST(dst_pkts_text AS BIGINT) AS dst_pkts,
  TRY_CAST(dst_bytes_text AS BIGINT) AS dst_bytes
FROM argus_cells;

-- The number of each row, and the reason why it is no record. The reason lies below the row number, so that filters on
-- it stay above: pushed down, DuckDB computes every cast twice.
CREATE OR REPLACE TEMP VIEW argus_parsed AS
SELECT * EXCLUDE (start_time, last_time, seconds), row_number() OVER () AS n,
  coalesce(start_time, last_time - to_microseconds(coalesce(round(seconds * 1000000)::BIGINT, 0))) AS ts,
  CASE WHEN dur_text IS NULL THEN (epoch_us(last_time) - epoch_us(start_time)) / 1000000.0 ELSE round(seconds, 6) END AS duration
FROM (
  SELECT *,
    CASE
      WHEN start_text = start_name OR last_text = last_name THEN 'header'
      WHEN proto = 'man' THEN 'management record'
      WHEN start_time IS NULL AND (start_text IS NOT NULL OR last_time IS NULL) THEN 'bad time'
      WHEN proto IS NULL THEN 'no protocol'
      WHEN bad_seconds(dur_text, seconds) OR last_time < start_time THEN 'bad duration'
      WHEN src IS NULL OR dst IS NULL THEN 'no IP address'
      WHEN bad_count(tot_pkts_text, tot_pkts) OR bad_count(tot_bytes_text, tot_bytes)
        OR bad_count(src_pkts_text, src_pkts) OR bad_count(src_bytes_text, src_bytes)
        OR bad_count(dst_pkts_text, dst_pkts) OR bad_count(dst_bytes_text, dst_bytes) THEN 'bad packet or byte count'
      WHEN src_pkts > tot_pkts OR dst_pkts > tot_pkts OR src_bytes > tot_bytes OR dst_bytes > tot_bytes
        THEN 'count of one direction above the total'
      WHEN has_ports(proto) AND (argus_bad_port(sport, sport_number) OR argus_bad_port(dport, dport_number)) THEN 'bad port'
      WHEN proto = 'icmp' AND sport IS NOT NULL AND coalesce(sport_number NOT BETWEEN 0 AND 65535, true) THEN 'bad ICMP type'
    END AS reason
  FROM argus_typed
);

-- Counters by direction where the record lets us know them: given, the rest of the total, or nothing one way.
CREATE OR REPLACE TEMP VIEW argus_counted AS
SELECT *,
  coalesce(src_pkts_given, CASE WHEN only_src THEN tot_pkts WHEN only_dst THEN 0 END) AS src_pkts,
  coalesce(dst_pkts_given, CASE WHEN only_src THEN 0 WHEN only_dst THEN tot_pkts END) AS dst_pkts,
  coalesce(src_bytes_given, CASE WHEN only_src THEN tot_bytes WHEN only_dst THEN 0 END) AS src_bytes,
  coalesce(dst_bytes_given, CASE WHEN only_src THEN 0 WHEN only_dst THEN tot_bytes END) AS dst_bytes
FROM (
  SELECT *,
    coalesce(dst_bytes_given = 0 AND src_bytes_given > 0,
             CASE WHEN proto = 'tcp' THEN ends_with(state, '_') ELSE dir = '->' END, false) AS only_src,
    coalesce(src_bytes_given = 0 AND dst_bytes_given > 0,
             CASE WHEN proto = 'tcp' THEN starts_with(state, '_') ELSE dir = '<-' END, false) AS only_dst
  FROM (
    SELECT * EXCLUDE (src_pkts, dst_pkts, src_bytes, dst_bytes),
      coalesce(src_pkts, tot_pkts - dst_pkts) AS src_pkts_given,
      coalesce(dst_pkts, tot_pkts - src_pkts) AS dst_pkts_given,
      coalesce(src_bytes, tot_bytes - dst_bytes) AS src_bytes_given,
      coalesce(dst_bytes, tot_bytes - src_bytes) AS dst_bytes_given,
      starts_with(dir, '<') AND NOT ends_with(dir, '>') AS swap
    FROM argus_parsed
  )
);

-- Originator and responder: `<-` swaps addresses, ports, flags and counters.
CREATE OR REPLACE TEMP VIEW argus_rows AS
SELECT n, line, reason, ts, duration, proto, proto_text, dir, state, label, members, vlan, tot_pkts, tot_bytes,
  CASE WHEN swap THEN dst ELSE src END AS orig_h,
  CASE WHEN swap THEN src ELSE dst END AS resp_h,
  CASE WHEN has_ports(proto) THEN CASE WHEN swap THEN dport_number ELSE sport_number END
       WHEN proto = 'icmp' THEN argus_icmp_type(sport, sport_number) END AS orig_p,
  CASE WHEN has_ports(proto) THEN CASE WHEN swap THEN sport_number ELSE dport_number END
       WHEN proto = 'icmp' AND sport IS NOT NULL THEN
         icmp_counterpart(contains(src, ':'), argus_icmp_type(sport, sport_number), argus_icmp_code(sport, sport_number, dport_number))
  END AS resp_p,
  sport, dport, sport_number, dport_number,
  CASE WHEN swap THEN dst_pkts ELSE src_pkts END AS orig_pkts,
  CASE WHEN swap THEN src_pkts ELSE dst_pkts END AS resp_pkts,
  CASE WHEN swap THEN dst_bytes ELSE src_bytes END AS orig_frames,
  CASE WHEN swap THEN src_bytes ELSE dst_bytes END AS resp_frames,
  CASE WHEN swap THEN split_part(state, '_', 2) ELSE split_part(state, '_', 1) END AS pre,
  CASE WHEN swap THEN split_part(state, '_', 1) ELSE split_part(state, '_', 2) END AS suf,
  CASE WHEN swap THEN dst_mac ELSE src_mac END AS orig_l2_addr,
  CASE WHEN swap THEN src_mac ELSE dst_mac END AS resp_l2_addr
FROM argus_counted;
