-- Meanings of EVE values. Loaded as temporary macros before a capture is read.

-- Lower case; `icmp` for both versions.
CREATE OR REPLACE TEMP MACRO eve_proto(p) AS
  CASE p WHEN 'TCP' THEN 'tcp' WHEN 'UDP' THEN 'udp' WHEN 'ICMP' THEN 'icmp' WHEN 'IPv6-ICMP' THEN 'icmp'
    ELSE CASE upper(p) WHEN 'IPV6-ICMP' THEN 'icmp' WHEN 'ICMPV6' THEN 'icmp' ELSE lower(p) END END;

-- 1970 to 2199: what Suricata can have seen.
CREATE OR REPLACE TEMP MACRO eve_time_ok(t) AS t >= TIMESTAMPTZ '1970-01-01 00:00:00+00' AND t < TIMESTAMPTZ '2200-01-01 00:00:00+00';

CREATE OR REPLACE TEMP MACRO eve_bad_number(t, low, high) AS
  t IS NOT NULL AND NOT coalesce(regexp_full_match(t, '-?\d{1,19}') AND TRY_CAST(t AS BIGINT) BETWEEN low AND high, false);

-- Suricata counts frames: without 14 bytes of Ethernet each, or as they are when they are too short to have them.
CREATE OR REPLACE TEMP MACRO eve_ip_bytes(bytes, pkts) AS CASE WHEN bytes >= 34 * pkts THEN bytes - 14 * pkts ELSE bytes END;

CREATE OR REPLACE TEMP MACRO eve_flags(hex) AS TRY_CAST('0x' || hex AS UTINYINT)::INTEGER;

-- Seconds between two times.
CREATE OR REPLACE TEMP MACRO eve_seconds(a, b) AS (epoch_us(b) - epoch_us(a)) / 1000000.0;

-- Handshake completed. ts, tc: TCP flags of either side (FIN 1, SYN 2, RST 4, ACK 16), 0 or NULL when not tracked.
CREATE OR REPLACE TEMP MACRO eve_established(proto, state, ts, tc, orig_pkts, resp_pkts) AS
  CASE
    WHEN orig_pkts IS NULL OR resp_pkts IS NULL THEN NULL
    WHEN proto <> 'tcp' THEN orig_pkts > 0 AND resp_pkts > 0
    WHEN orig_pkts = 0 OR resp_pkts = 0 THEN false
    WHEN state = 'established' OR contains(state, 'bypassed') THEN true
    -- A SYN answered by RST is `closed` for Suricata; so is a half-open scan.
    WHEN ts & 2 = 2 AND tc > 0 THEN tc & 18 = 18 AND ts & 16 = 16 AND coalesce(state, '') <> 'new'
    WHEN state = 'closed' THEN true
    WHEN state IS NULL AND ts > 0 AND tc > 0 THEN ts & 16 = 16 AND tc & 16 = 16
  END;

CREATE OR REPLACE TEMP MACRO eve_outcome(proto, established, ts, tc, orig_pkts, resp_pkts) AS
  CASE
    WHEN established THEN 'established'
    WHEN orig_pkts IS NULL OR resp_pkts IS NULL THEN 'unknown'
    WHEN orig_pkts = 0 AND resp_pkts = 0 THEN 'unknown'
    WHEN orig_pkts = 0 THEN 'one_way'
    WHEN resp_pkts = 0 AND proto = 'tcp' AND ts > 0 AND ts & 2 = 0 THEN 'one_way'
    WHEN resp_pkts = 0 THEN 'no_reply'
    WHEN tc & 4 = 4 AND tc & 2 = 0 THEN 'rejected'
    WHEN ts & 4 = 4 OR tc & 4 = 4 THEN 'reset'
    WHEN established = false THEN 'partial'
    ELSE 'unknown'
  END;

-- closed | timeout | eof | evicted
CREATE OR REPLACE TEMP MACRO eve_ended(state, reason) AS
  CASE
    WHEN state = 'closed' OR reason = 'tcp_reuse' THEN 'closed'
    WHEN reason = 'shutdown' THEN 'eof'
    WHEN reason = 'forced' THEN 'evicted'
    ELSE 'timeout'
  END;

-- Outer (1) or inner (2) VLAN of `[1, 2]` or `1`.
CREATE OR REPLACE TEMP MACRO eve_vlan(vlan, i) AS
  CASE WHEN vlan IS NULL THEN NULL WHEN starts_with(vlan::VARCHAR, '[') THEN from_json(vlan, '["INTEGER"]')[i]
    WHEN i = 1 THEN TRY_CAST(vlan::VARCHAR AS INTEGER) END;

-- Hardware address: of a packet, or the first of a flow.
CREATE OR REPLACE TEMP MACRO eve_mac(ether, one, many) AS
  CASE WHEN ether IS NULL THEN NULL
    ELSE lower(coalesce(json_extract_string(ether, '$.' || one), json_extract_string(ether, '$.' || many || '[0]'))) END;

-- ICMP: type and Zeek's counterpart take the place of ports.
CREATE OR REPLACE TEMP MACRO eve_orig_p(transport, address, port, type, code, swapped) AS
  CASE WHEN transport <> 'icmp' THEN port
    WHEN swapped THEN icmp_counterpart(contains(address, ':'), type, code) ELSE type END;
CREATE OR REPLACE TEMP MACRO eve_resp_p(transport, address, port, type, code, swapped) AS
  CASE WHEN transport <> 'icmp' THEN port
    WHEN swapped THEN type ELSE icmp_counterpart(contains(address, ':'), type, code) END;

-- Zeek's spelling: TLSv12 for `TLS 1.2`.
CREATE OR REPLACE TEMP MACRO eve_tls_version(v) AS
  CASE WHEN v = 'TLSv1' THEN 'TLSv10' WHEN upper(v) IN ('UNDETERMINED', 'UNKNOWN') THEN NULL
    ELSE regexp_replace(v, '^TLS ?v?(\d)\.(\d)$', 'TLSv\1\2') END;

CREATE OR REPLACE TEMP MACRO eve_hex(t) AS lower(replace(t, ':', ''));

-- Time text of a certificate (no zone: UTC), NULL when it is none.
CREATE OR REPLACE TEMP MACRO eve_cert_time(t) AS (TRY_CAST(t AS TIMESTAMPTZ))::TIMESTAMP;
