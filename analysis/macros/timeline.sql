-- Words of the timeline.

-- Bytes in decimal units with three significant digits, as the report writes them: `1.24 MB`. NULL: `?`.
CREATE OR REPLACE TEMP MACRO three_digits(x) AS
  CASE WHEN x < 9.995 THEN format('{:.2f}', x::DOUBLE) WHEN x < 99.95 THEN format('{:.1f}', x::DOUBLE) ELSE format('{:.0f}', x::DOUBLE) END;
CREATE OR REPLACE TEMP MACRO byte_text(n) AS
  CASE
    WHEN n IS NULL THEN '?'
    WHEN n < 1000 THEN n || ' B'
    WHEN n < 999500 THEN three_digits(n / 1e3) || ' kB'
    WHEN n < 999500000 THEN three_digits(n / 1e6) || ' MB'
    WHEN n < 999500000000 THEN three_digits(n / 1e9) || ' GB'
    ELSE three_digits(n / 1e12) || ' TB'
  END;

-- A duration in seconds: `12 ms`, `3.2 s`, `12 min`, `3 h 2 min`.
CREATE OR REPLACE TEMP MACRO duration_text(s) AS
  CASE
    WHEN s < 1 THEN format('{:.0f}', (s * 1000)::DOUBLE) || ' ms'
    WHEN s < 119.5 THEN format('{:.1f}', s::DOUBLE) || ' s'
    WHEN s < 3600 THEN floor(s / 60)::BIGINT || ' min'
    ELSE floor(s / 3600)::BIGINT || ' h ' || floor((s % 3600) / 60)::BIGINT || ' min'
  END;

-- `192.0.2.1:80`, `[2001:db8::1]:80`.
CREATE OR REPLACE TEMP MACRO endpoint_text(address, port) AS
  CASE
    WHEN port IS NULL THEN address
    WHEN contains(address, ':') THEN '[' || address || ']:' || port
    ELSE address || ':' || port
  END;

-- The first four of a list, and how many more.
CREATE OR REPLACE TEMP MACRO some_of(l) AS
  array_to_string(l[1:4], ', ') || CASE WHEN len(l) > 4 THEN ' and ' || (len(l) - 4) || ' more' ELSE '' END;

-- Parts that are there, joined by commas; NULL when none is.
CREATE OR REPLACE TEMP MACRO phrase(parts) AS nullif(array_to_string(parts, ', '), '');

-- What happened to a connection that did not come about, in words; NULL when it did, or nothing is known.
CREATE OR REPLACE TEMP MACRO failure_text(outcome) AS
  CASE outcome
    WHEN 'no_reply' THEN 'no answer' WHEN 'rejected' THEN 'refused' WHEN 'reset' THEN 'reset'
    WHEN 'one_way' THEN 'seen one way only' WHEN 'partial' THEN 'not completed'
  END;

-- ICMP type as people call it.
CREATE OR REPLACE TEMP MACRO icmp_text(is_v6, type, code) AS
  CASE
    WHEN NOT is_v6 THEN
      CASE type
        WHEN 0 THEN 'ping answer' WHEN 8 THEN 'ping' WHEN 5 THEN 'redirect' WHEN 9 THEN 'router advertisement'
        WHEN 11 THEN 'time exceeded in transit' WHEN 13 THEN 'timestamp request' WHEN 17 THEN 'address mask request'
        WHEN 3 THEN CASE code WHEN 0 THEN 'network unreachable' WHEN 1 THEN 'host unreachable' WHEN 2 THEN 'protocol unreachable'
          WHEN 3 THEN 'port unreachable' WHEN 13 THEN 'communication prohibited' ELSE 'destination unreachable' END
        ELSE 'ICMP type ' || coalesce(type::VARCHAR, '?')
      END
    ELSE
      CASE type
        WHEN 1 THEN 'destination unreachable' WHEN 3 THEN 'time exceeded in transit' WHEN 128 THEN 'ping' WHEN 129 THEN 'ping answer'
        WHEN 133 THEN 'router solicitation' WHEN 134 THEN 'router advertisement' WHEN 135 THEN 'neighbour solicitation'
        WHEN 136 THEN 'neighbour advertisement' WHEN 143 THEN 'multicast listener report'
        ELSE 'ICMPv6 type ' || coalesce(type::VARCHAR, '?')
      END
  END;
