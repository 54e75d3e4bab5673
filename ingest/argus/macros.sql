-- What Argus says about a flow. `pre` and `suf` are the TCP flags of originator and responder (`S_RA` is `S` and `RA`);
-- packets and bytes (frames) are those of originator and responder, NULL when not known; `two_way`: packets both ways.

CREATE OR REPLACE TEMP MACRO argus_tcp_flags_outcome(pre, suf) AS
  CASE
    WHEN pre = '' AND suf = '' THEN 'unknown'
    WHEN suf = '' AND contains(pre, 'S') AND NOT regexp_matches(pre, '[APFU]') THEN 'no_reply'
    WHEN suf = '' OR pre = '' THEN 'one_way'
    WHEN contains(pre, 'S') AND contains(pre, 'A') AND contains(suf, 'S') AND contains(suf, 'A') THEN 'established'
    WHEN contains(pre, 'PA') AND contains(suf, 'PA') THEN 'established'
    WHEN contains(pre, 'S') AND contains(suf, 'R') AND NOT contains(suf, 'S') THEN 'rejected'
    WHEN contains(pre, 'R') OR contains(suf, 'R') THEN 'reset'
    ELSE 'partial'
  END;

-- One word for the state: a refused connection and a used one that ended by a reset are both `RST`. Bare resets are the
-- smallest frames there are, a SYN-ACK carries options; without packets by direction, more than three mean a connection.
CREATE OR REPLACE TEMP MACRO argus_tcp_word_outcome(word, two_way, total, resp_pkts, resp_bytes) AS
  CASE word
    WHEN 'CON' THEN CASE WHEN two_way IS FALSE THEN 'one_way' ELSE 'established' END
    WHEN 'EST' THEN CASE WHEN two_way IS FALSE THEN 'one_way' ELSE 'established' END
    WHEN 'FIN' THEN CASE WHEN two_way IS FALSE THEN 'one_way' WHEN total > 3 THEN 'established' ELSE 'partial' END
    WHEN 'CLO' THEN CASE WHEN two_way IS FALSE THEN 'one_way' WHEN total > 3 THEN 'established' ELSE 'partial' END
    WHEN 'RST' THEN
      CASE WHEN two_way IS FALSE THEN 'one_way'
           WHEN resp_pkts > 0 AND resp_bytes <= 60 * resp_pkts THEN 'rejected'
           WHEN total > 3 THEN 'established'
           ELSE 'reset' END
    WHEN 'REQ' THEN CASE WHEN two_way THEN 'partial' ELSE 'no_reply' END
    WHEN 'INT' THEN CASE WHEN two_way THEN 'partial' ELSE 'no_reply' END
    WHEN 'ACC' THEN 'partial'
    WHEN 'TIM' THEN CASE WHEN two_way IS FALSE THEN 'no_reply' WHEN two_way AND total > 3 THEN 'established' ELSE 'unknown' END
    ELSE CASE WHEN two_way IS FALSE THEN 'one_way' ELSE 'unknown' END
  END;

-- Zeek's words, which edited files hold; NULL for others.
CREATE OR REPLACE TEMP MACRO argus_zeek_outcome(word, orig_bytes, resp_bytes) AS
  CASE
    WHEN regexp_full_match(word, 'S[123F]|RST[OR]') THEN 'established'
    WHEN word = 'S0' THEN 'no_reply'
    WHEN word = 'REJ' THEN 'rejected'
    WHEN regexp_full_match(word, 'RSTOS0|RSTRH') THEN 'reset'
    WHEN regexp_full_match(word, 'SHR?') THEN 'partial'
    WHEN word = 'OTH' THEN CASE WHEN orig_bytes > 0 AND resp_bytes > 0 THEN 'established' ELSE 'partial' END
  END;

CREATE OR REPLACE TEMP MACRO is_icmp_request(type) AS
  CASE type WHEN 8 THEN true WHEN 13 THEN true WHEN 15 THEN true WHEN 17 THEN true
    WHEN 128 THEN true WHEN 133 THEN true WHEN 135 THEN true WHEN 139 THEN true ELSE false END;

CREATE OR REPLACE TEMP MACRO argus_outcome(proto, state, pre, suf, two_way, total, orig_p, orig_pkts, resp_pkts, orig_bytes, resp_bytes) AS
  CASE
    WHEN proto = 'tcp' THEN
      CASE
        WHEN contains(state, '_') THEN argus_tcp_flags_outcome(pre, suf)
        ELSE coalesce(argus_zeek_outcome(state, orig_bytes, resp_bytes),
                      argus_tcp_word_outcome(coalesce(state, ''), two_way, total, resp_pkts, resp_bytes))
      END
    WHEN two_way THEN 'established'
    WHEN two_way IS NULL THEN 'unknown'
    WHEN proto = 'udp' AND orig_pkts > 0 THEN 'no_reply'
    WHEN proto = 'icmp' AND orig_pkts > 0 AND is_icmp_request(orig_p) THEN 'no_reply'
    ELSE 'one_way'
  END;

-- Argus does not say why it wrote a record: a reset, or FIN both ways, closed the flow; else it went idle.
CREATE OR REPLACE TEMP MACRO argus_ended(proto, state, pre, suf) AS
  CASE
    WHEN proto <> 'tcp' THEN 'timeout'
    WHEN contains(state, '_') THEN
      CASE WHEN contains(pre, 'R') OR contains(suf, 'R') OR (contains(pre, 'F') AND contains(suf, 'F')) THEN 'closed' ELSE 'timeout' END
    WHEN regexp_full_match(state, 'FIN|CLO|RST|SF|REJ|RSTO|RSTR|RSTOS0|RSTRH') THEN 'closed'
    ELSE 'timeout'
  END;

-- ICMP type and code lie in the source port: hexadecimal as code and type (0x0403 is type 3, code 4) for IPv4,
-- decimal with the code in the destination port for IPv6.
CREATE OR REPLACE TEMP MACRO argus_icmp_type(sport, number) AS
  CASE WHEN starts_with(sport, '0x') OR number > 255 THEN number % 256 ELSE number END;
CREATE OR REPLACE TEMP MACRO argus_icmp_code(sport, number, dport_number) AS
  CASE WHEN starts_with(sport, '0x') OR number > 255 THEN number // 256
       WHEN dport_number BETWEEN 0 AND 255 THEN dport_number ELSE 0 END;

-- A port or ICMP cell as a number, decimal or hexadecimal.
CREATE OR REPLACE TEMP MACRO argus_number(x) AS TRY_CAST(x AS BIGINT);
-- Not a port: a number out of range, or text that is no service name either.
CREATE OR REPLACE TEMP MACRO argus_bad_port(x, number) AS
  x IS NOT NULL AND CASE WHEN number IS NULL THEN NOT regexp_full_match(x, '[A-Za-z][A-Za-z0-9_.+-]*') ELSE number NOT BETWEEN 0 AND 65535 END;
