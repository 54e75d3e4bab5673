-- What nfdump says about a flow. `flags` are the TCP flags of the row's source only (`...AP.SF`); `answers` says that the
-- source is taken for the responder. in_* are counters of the source, out_* of the destination, IP bytes.

CREATE OR REPLACE TEMP MACRO nfdump_tcp_outcome(flags, answers, two_way, is_v6, in_pkts, in_bytes, out_pkts, out_bytes) AS
  CASE
    WHEN NOT two_way THEN
      CASE WHEN contains(flags, 'S') AND NOT contains(flags, 'A') AND NOT answers THEN 'no_reply' ELSE 'one_way' END
    -- Source with SYN and ACK: a client that completed the handshake, or a server that answered and went on.
    WHEN contains(flags, 'S') AND contains(flags, 'A') THEN CASE WHEN in_pkts > 1 THEN 'established' ELSE 'partial' END
    -- SYN alone, answered: bare resets are headers without options, a SYN-ACK has some.
    WHEN contains(flags, 'S') AND contains(flags, 'R') THEN 'reset'
    WHEN contains(flags, 'S') THEN
      CASE WHEN out_bytes <= (CASE WHEN is_v6 THEN 60 ELSE 40 END) * out_pkts THEN 'rejected' ELSE 'partial' END
    WHEN contains(flags, 'P') AND in_bytes > 60 * in_pkts AND out_bytes > 60 * out_pkts THEN 'established'
    WHEN contains(flags, 'R') THEN CASE WHEN answers AND NOT regexp_matches(flags, '[PF]') THEN 'rejected' ELSE 'reset' END
    ELSE 'partial'
  END;

-- ICMP type and code: `3.1`, or type * 256 + code.
CREATE OR REPLACE TEMP MACRO nfdump_icmp_type(x) AS
  CASE WHEN contains(x, '.') THEN TRY_CAST(split_part(x, '.', 1) AS INTEGER) ELSE TRY_CAST(x AS INTEGER) // 256 END;
CREATE OR REPLACE TEMP MACRO nfdump_icmp_code(x) AS
  CASE WHEN contains(x, '.') THEN TRY_CAST(split_part(x, '.', 2) AS INTEGER) ELSE TRY_CAST(x AS INTEGER) % 256 END;

CREATE OR REPLACE TEMP MACRO is_icmp_request(type) AS
  CASE type WHEN 8 THEN true WHEN 13 THEN true WHEN 15 THEN true WHEN 17 THEN true
    WHEN 128 THEN true WHEN 133 THEN true WHEN 135 THEN true WHEN 139 THEN true ELSE false END;
