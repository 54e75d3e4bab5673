-- Meanings that every reader shares. CASE and not IN: long IN lists become joins, behind which rows are no longer
-- numbered as they stream by.

-- Handshake completed, or payload both ways in a connection seen midstream. UDP and ICMP: packets both ways.
CREATE OR REPLACE TEMP MACRO zeek_established(proto, conn_state, orig_bytes, resp_bytes, orig_pkts, resp_pkts) AS
  CASE
    WHEN proto <> 'tcp' THEN
      CASE
        WHEN orig_pkts IS NOT NULL AND resp_pkts IS NOT NULL THEN orig_pkts > 0 AND resp_pkts > 0
        WHEN conn_state = 'SF' THEN true
        WHEN conn_state IN ('S0', 'SHR') THEN false
      END
    ELSE CASE conn_state WHEN 'SF' THEN true WHEN 'S1' THEN true WHEN 'S2' THEN true WHEN 'S3' THEN true
      WHEN 'RSTO' THEN true WHEN 'RSTR' THEN true
      WHEN 'OTH' THEN coalesce(orig_bytes > 0 AND resp_bytes > 0, false)
      ELSE conn_state IS NULL AND NULL END
  END;

-- established | no_reply | rejected | reset | one_way | partial | unknown, from Zeek's conn_state.
CREATE OR REPLACE TEMP MACRO zeek_outcome(proto, conn_state, established, orig_pkts, resp_pkts) AS
  CASE WHEN established THEN 'established' ELSE
    CASE conn_state
      WHEN 'REJ' THEN 'rejected'
      WHEN 'RSTO' THEN 'reset' WHEN 'RSTR' THEN 'reset' WHEN 'RSTOS0' THEN 'reset' WHEN 'RSTRH' THEN 'reset'
      WHEN 'S0' THEN 'no_reply'
      WHEN 'SH' THEN 'partial' WHEN 'SHR' THEN 'partial' WHEN 'S1' THEN 'partial' WHEN 'S2' THEN 'partial' WHEN 'S3' THEN 'partial'
      WHEN 'OTH' THEN CASE WHEN orig_pkts = 0 OR resp_pkts = 0 THEN 'one_way' ELSE 'partial' END
      ELSE CASE WHEN conn_state IS NULL AND proto <> 'tcp' AND orig_pkts > 0 AND resp_pkts = 0 THEN 'no_reply' ELSE 'unknown' END
    END
  END;

-- Zeek's counterpart of an ICMP type for paired messages, else the code (orig_p = type, resp_p = this).
CREATE OR REPLACE TEMP MACRO icmp_counterpart(is_v6, type, code) AS
  CASE
    WHEN NOT is_v6 THEN
      CASE type WHEN 8 THEN 0 WHEN 0 THEN 8 WHEN 13 THEN 14 WHEN 14 THEN 13 WHEN 15 THEN 16 WHEN 16 THEN 15
                WHEN 17 THEN 18 WHEN 18 THEN 17 WHEN 10 THEN 9 WHEN 9 THEN 10 ELSE code END
    ELSE
      CASE type WHEN 128 THEN 129 WHEN 129 THEN 128 WHEN 133 THEN 134 WHEN 134 THEN 133 WHEN 135 THEN 136
                WHEN 136 THEN 135 WHEN 130 THEN 131 WHEN 131 THEN 130 WHEN 139 THEN 140 WHEN 140 THEN 139
                WHEN 144 THEN 145 WHEN 145 THEN 144 ELSE code END
  END;

-- Zeek's service names from the names of other tools; NULL for "not known".
CREATE OR REPLACE TEMP MACRO service_name(name) AS
  CASE lower(name)
    WHEN 'tls' THEN 'ssl' WHEN 'failed' THEN NULL WHEN '' THEN NULL WHEN '-' THEN NULL WHEN 'unknown' THEN NULL
    WHEN 'smb' THEN 'smb' WHEN 'krb5' THEN 'krb' WHEN 'ikev2' THEN 'ike' WHEN 'ftp-data' THEN 'ftp-data'
    WHEN 'dcerpc' THEN 'dce_rpc' WHEN 'http2' THEN 'http' WHEN 'bittorrent-dht' THEN 'bittorrent'
    WHEN 'pgsql' THEN 'postgresql' WHEN 'enip' THEN 'enip' ELSE lower(name)
  END;

-- A comma list of services in order. The usual ones cost no list.
CREATE OR REPLACE TEMP MACRO service_list(s) AS
  CASE
    WHEN NOT contains(s, ',') THEN nullif(s, '')
    WHEN s = 'http,ssl' OR s = 'gssapi,smb' OR s = 'quic,ssl' THEN s
    WHEN length(s) - length(replace(s, ',', '')) = 1 AND split_part(s, ',', 1) < split_part(s, ',', 2) THEN s
    ELSE array_to_string(list_sort(list_distinct(string_split(s, ','))), ',')
  END;

-- 12 base62 characters of SHA-256(capture_id, row): the uid of a flow whose source has none.
-- The list of one element binds the hash once: a macro argument used twice is computed twice.
CREATE OR REPLACE TEMP MACRO base62_digit(n) AS
  substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', (n % 62)::INTEGER + 1, 1);
CREATE OR REPLACE TEMP MACRO base62_6(n) AS
  base62_digit(n // 916132832) || base62_digit(n // 14776336) || base62_digit(n // 238328) ||
  base62_digit(n // 3844) || base62_digit(n // 62) || base62_digit(n);
CREATE OR REPLACE TEMP MACRO derived_uid(capture_id, row_number) AS
  list_transform([('0x' || substr(sha256(capture_id || chr(31) || row_number), 1, 16))::UBIGINT], lambda n:
    base62_6((n // 56800235584)::BIGINT) || base62_6((n % 56800235584)::BIGINT))[1];

-- Labels of CTU and netflowlabeler: malicious | benign | NULL (background, unknown).
CREATE OR REPLACE TEMP MACRO label_class(label) AS
  CASE
    WHEN label IS NULL THEN NULL
    WHEN regexp_matches(label, '(?i)(malicious|malware|botnet|attack|c&c|infected)') THEN 'malicious'
    WHEN regexp_matches(label, '(?i)(benign|normal|legitimate)') THEN 'benign'
  END;
