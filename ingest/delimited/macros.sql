-- A cell as a JSON value: whole numbers as they are, other text quoted.
CREATE OR REPLACE TEMP MACRO json_value_text(x) AS
  CASE WHEN regexp_full_match(x, '0|[1-9]\d{0,14}') THEN x ELSE to_json(x)::VARCHAR END;

-- Whether a cell is no count of packets or bytes; `number` is the cell as BIGINT. Up to 2^53: sums cannot overflow.
-- Numbers are cast with the blanks around them; a blank cell is an empty one.
CREATE OR REPLACE TEMP MACRO bad_count(x, number) AS
  x IS NOT NULL AND CASE WHEN number IS NULL THEN trim(x) <> '' ELSE number NOT BETWEEN 0 AND 9007199254740992 OR contains(x, '.') END;

-- Whether a cell is no duration of 0 to 10^9 seconds (31 years); `number` is the cell as DOUBLE.
CREATE OR REPLACE TEMP MACRO bad_seconds(x, number) AS
  x IS NOT NULL AND coalesce(number NOT BETWEEN 0 AND 1000000000, true);

-- Epoch seconds, or a date with `/` or `-`, UTC unless it names an offset. NULL for other text and for times before 1970.
CREATE OR REPLACE TEMP MACRO time_cell(x) AS
  CASE
    WHEN substr(x, 5, 1) = '/' AND length(x) >= 16 THEN time_since_1970(TRY_CAST(x AS TIMESTAMP))
    WHEN substr(x, 5, 1) = '-' AND length(x) >= 16 THEN
      time_since_1970(CASE
        WHEN regexp_matches(x, ':\d\d(\.\d+)?[+-]\d\d(:?\d\d)?$') THEN timezone('UTC', TRY_CAST(x AS TIMESTAMPTZ))
        ELSE TRY_CAST(x AS TIMESTAMP) END)
    WHEN regexp_full_match(x, '\d{1,12}(\.\d*)?') THEN
      CASE WHEN x::DOUBLE < 253402300800 THEN make_timestamp(round(x::DOUBLE * 1000000)::BIGINT) END
  END;
CREATE OR REPLACE TEMP MACRO time_since_1970(t) AS CASE WHEN isfinite(t) AND t >= TIMESTAMP '1970-01-01' THEN t END;

-- A hardware address in lower case; NULL for none (all zero) and for other text.
CREATE OR REPLACE TEMP MACRO mac_cell(x) AS
  CASE
    WHEN x IS NULL OR x = '00:00:00:00:00:00' THEN NULL
    WHEN regexp_full_match(x, '(?i)[0-9a-f]{2}(:[0-9a-f]{2}){5}') THEN lower(x)
    WHEN lower(x) = 'broadcast' THEN 'ff:ff:ff:ff:ff:ff'
  END;

-- A VLAN number; NULL for none.
CREATE OR REPLACE TEMP MACRO vlan_cell(x) AS
  CASE WHEN coalesce(TRY_CAST(x AS INTEGER), TRY_CAST(regexp_extract(x, '^0x[0-9a-fA-F]{1,4}$') AS INTEGER)) BETWEEN 1 AND 4095
    THEN coalesce(TRY_CAST(x AS INTEGER), TRY_CAST(regexp_extract(x, '^0x[0-9a-fA-F]{1,4}$') AS INTEGER)) END;

-- Protocol names in lower case, one name for ICMP of both versions; numbers of the common ones become names.
CREATE OR REPLACE TEMP MACRO proto_name(x) AS
  CASE lower(x)
    WHEN 'tcp' THEN 'tcp' WHEN 'udp' THEN 'udp' WHEN 'icmp' THEN 'icmp' WHEN 'ipv6-icmp' THEN 'icmp'
    WHEN 'icmp6' THEN 'icmp' WHEN 'icmpv6' THEN 'icmp'
    WHEN '6' THEN 'tcp' WHEN '17' THEN 'udp' WHEN '1' THEN 'icmp' WHEN '58' THEN 'icmp'
    WHEN '0' THEN 'hopopt' WHEN '2' THEN 'igmp' WHEN '4' THEN 'ipip' WHEN '41' THEN 'ipv6' WHEN '47' THEN 'gre'
    WHEN '50' THEN 'esp' WHEN '51' THEN 'ah' WHEN '88' THEN 'eigrp' WHEN '89' THEN 'ospf' WHEN '103' THEN 'pim'
    WHEN '112' THEN 'vrrp' WHEN '132' THEN 'sctp' WHEN '33' THEN 'dccp' WHEN '136' THEN 'udplite'
    WHEN 'ospfigp' THEN 'ospf'
    ELSE lower(x)
  END;

-- Protocols whose flows have ports. CASE and not IN here and in the macros of the readers: DuckDB makes a join of a
-- longer IN list, and a join keeps row numbers from being given while rows stream by.
CREATE OR REPLACE TEMP MACRO has_ports(proto) AS
  CASE proto WHEN 'tcp' THEN true WHEN 'udp' THEN true WHEN 'sctp' THEN true WHEN 'dccp' THEN true WHEN 'udplite' THEN true
    ELSE false END;

-- Malicious | Benign | Background, as netflowlabeler writes them, from the labels of CTU; else the text.
CREATE OR REPLACE TEMP MACRO label_name(text) AS
  CASE label_class(text) WHEN 'malicious' THEN 'Malicious' WHEN 'benign' THEN 'Benign'
    ELSE CASE WHEN regexp_matches(text, '(?i)background') THEN 'Background' ELSE text END END;
