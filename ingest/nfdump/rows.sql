-- Cells of nfdump rows as typed values.
CREATE OR REPLACE TEMP VIEW nfdump_typed AS
SELECT * EXCLUDE (src_mac, dst_mac, src_vlan, dst_vlan),
  proto_name(proto_text) AS proto,
  time_cell(start_text) AS start_time,
  time_cell(end_text) AS end_time,
  TRY_CAST(dur_text AS DOUBLE) AS seconds,
  canonical_ip(src_text) AS src,
  canonical_ip(dst_text) AS dst,
  TRY_CAST(sport AS BIGINT) AS sport_number,
  TRY_CAST(dport AS BIGINT) AS dport_number,
  nfdump_icmp_type(dport) AS icmp_type,
  nfdump_icmp_code(dport) AS icmp_code,
  TRY_CAST(in_pkts_text AS BIGINT) AS in_pkts,
  TRY_CAST(in_bytes_text AS BIGINT) AS in_bytes,
  TRY_CAST(out_pkts_text AS BIGINT) AS out_pkts,
  TRY_CAST(out_bytes_text AS BIGINT) AS out_bytes,
  mac_cell(src_mac) AS src_mac,
  mac_cell(dst_mac) AS dst_mac,
  coalesce(vlan_cell(src_vlan), vlan_cell(dst_vlan)) AS vlan
FROM nfdump_cells;

-- The number of each row, and below it the reason why it is no record (see ingest/argus/rows.sql).
CREATE OR REPLACE TEMP VIEW nfdump_parsed AS
SELECT *, row_number() OVER () AS n
FROM (
  SELECT *,
    CASE
      WHEN start_text = start_name THEN 'header'
      WHEN start_time IS NULL THEN 'bad time'
      WHEN src IS NULL OR dst IS NULL THEN 'no IP address'
      WHEN proto IS NULL THEN 'no protocol'
      WHEN bad_seconds(dur_text, seconds) OR (dur_text IS NULL AND end_time < start_time) THEN 'bad duration'
      WHEN in_pkts_text IS NULL OR bad_count(in_pkts_text, in_pkts) OR bad_count(in_bytes_text, in_bytes)
        OR bad_count(out_pkts_text, out_pkts) OR bad_count(out_bytes_text, out_bytes) THEN 'bad packet or byte count'
      WHEN has_ports(proto) AND (coalesce(sport_number NOT BETWEEN 0 AND 65535, true)
        OR coalesce(dport_number NOT BETWEEN 0 AND 65535, true)) THEN 'bad port'
      WHEN proto = 'icmp' AND (coalesce(icmp_type NOT BETWEEN 0 AND 255, true) OR coalesce(icmp_code NOT BETWEEN 0 AND 255, true))
        THEN 'bad ICMP type'
    END AS reason
  FROM nfdump_typed
);

-- Who began: a SYN without ACK or an ICMP request says so. Else the lower of two ports is taken for the server's, and a
-- source that sent nothing but resets for the one that was asked.
CREATE OR REPLACE TEMP VIEW nfdump_rows AS
SELECT *,
  CASE WHEN seen OR NOT has_ports(proto) THEN false
       WHEN proto = 'tcp' AND contains(flags, 'R') AND NOT regexp_matches(flags, '[SPF]') THEN true
       ELSE sport_number < 1024 AND dport_number >= 1024 END AS answers
FROM (
  SELECT * EXCLUDE (flags), coalesce(flags, '') AS flags,
    CASE WHEN proto = 'tcp' THEN coalesce(contains(flags, 'S') AND NOT contains(flags, 'A'), false)
         WHEN proto = 'icmp' THEN is_icmp_request(icmp_type)
         ELSE false END AS seen
  FROM nfdump_parsed
);
