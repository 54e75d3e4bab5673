-- Cells of Argus rows as typed values, still in Argus' own direction, with the reason why a row is no record.
CREATE OR REPLACE TEMP VIEW argus_parsed AS
SELECT *,
  CASE
    WHEN start_text = start_name OR last_text = last_name THEN 'header'
    WHEN proto = 'man' THEN 'management record'
    WHEN ts IS NULL THEN 'bad time'
    WHEN proto IS NULL THEN 'no protocol'
    WHEN bad_duration THEN 'bad duration'
    WHEN src IS NULL OR dst IS NULL THEN 'no IP address'
    WHEN bad_number THEN 'bad packet or byte count'
    WHEN src_pkts > tot_pkts OR dst_pkts > tot_pkts OR src_bytes > tot_bytes OR dst_bytes > tot_bytes
      THEN 'count of one direction above the total'
    WHEN has_ports(proto) AND (argus_bad_port(sport, sport_number) OR argus_bad_port(dport, dport_number)) THEN 'bad port'
    WHEN proto = 'icmp' AND sport IS NOT NULL AND coalesce(sport_number NOT BETWEEN 0 AND 65535, true) THEN 'bad ICMP type'
  END AS reason
FROM (
  SELECT n, line, start_text, start_name, last_text, last_name, state, sport, dport, label, members, proto_text,
    proto_name(CASE proto_text WHEN 'rtp' THEN 'udp' WHEN 'rtcp' THEN 'udp' WHEN 'udt' THEN 'udp' ELSE proto_text END) AS proto,
    coalesce(time_cell(start_text),
             time_cell(last_text) - to_microseconds(round(coalesce(seconds_cell(dur_text), 0) * 1000000)::BIGINT)) AS ts,
    CASE WHEN dur_text IS NOT NULL THEN seconds_cell(dur_text)
         ELSE (epoch_us(time_cell(last_text)) - epoch_us(time_cell(start_text))) / 1000000.0 END AS duration,
    CASE WHEN dur_text IS NOT NULL THEN seconds_cell(dur_text) IS NULL
         ELSE coalesce(time_cell(last_text) < time_cell(start_text), false) END AS bad_duration,
    canonical_ip(src_text) AS src,
    canonical_ip(dst_text) AS dst,
    coalesce(dir, '') AS dir,
    argus_number(sport) AS sport_number,
    argus_number(dport) AS dport_number,
    count_cell(tot_pkts_text) AS tot_pkts,
    count_cell(tot_bytes_text) AS tot_bytes,
    count_cell(src_pkts_text) AS src_pkts,
    count_cell(src_bytes_text) AS src_bytes,
    count_cell(dst_pkts_text) AS dst_pkts,
    count_cell(dst_bytes_text) AS dst_bytes,
    bad_count(tot_pkts_text) OR bad_count(tot_bytes_text) OR bad_count(src_pkts_text) OR bad_count(src_bytes_text)
      OR bad_count(dst_pkts_text) OR bad_count(dst_bytes_text) AS bad_number,
    mac_cell(src_mac) AS src_mac,
    mac_cell(dst_mac) AS dst_mac,
    coalesce(vlan_cell(src_vlan), vlan_cell(dst_vlan)) AS vlan
  FROM argus_cells
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
