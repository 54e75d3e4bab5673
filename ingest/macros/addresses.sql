-- Address text: validity and the canonical form of RFC 5952 (IPv4-mapped ones as `::ffff:192.0.2.1`).
-- Plain IPv4 costs one regular expression, canonical IPv6 a few string tests; only other forms are taken apart.

CREATE OR REPLACE TEMP MACRO is_ip4(t) AS
  regexp_full_match(t, '(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)');

-- IPv6 text that is surely canonical: no zero group beside `::`, or eight groups without two zeros in a row.
CREATE OR REPLACE TEMP MACRO is_canonical_ip6(t) AS
  CASE
    WHEN NOT regexp_full_match(t, '[0-9a-f:]{2,39}') OR starts_with(t, '::ffff:') THEN false
    WHEN contains(t, '::') THEN
      length(t) - length(replace(t, ':', '')) <= 6
      AND regexp_full_match(t, '(?:[1-9a-f][0-9a-f]{0,3}(?::[1-9a-f][0-9a-f]{0,3})*)?::(?:[1-9a-f][0-9a-f]{0,3}(?::[1-9a-f][0-9a-f]{0,3})*)?')
    ELSE
      regexp_full_match(t, '(?:0|[1-9a-f][0-9a-f]{0,3})(?::(?:0|[1-9a-f][0-9a-f]{0,3})){7}') AND NOT contains(':' || t, ':0:0')
  END;

-- A number of 0 to 65535 as lower-case hexadecimal.
CREATE OR REPLACE TEMP MACRO hex_group(high, low) AS lower(to_hex(high::INTEGER * 256 + low::INTEGER));

-- Lower case, zone id cut, a dotted tail as two hexadecimal groups. Other text passes unchanged.
CREATE OR REPLACE TEMP MACRO ip6_hex(t) AS
  list_transform([lower(regexp_replace(t, '%.+$', ''))], lambda h:
    CASE
      WHEN NOT contains(h, '.') THEN h
      WHEN NOT is_ip4(regexp_extract(h, ':([0-9.]+)$', 1)) THEN 'x'
      ELSE list_transform([string_split(regexp_extract(h, ':([0-9.]+)$', 1), '.')], lambda p:
        regexp_replace(h, '[0-9.]+$', '') || hex_group(p[1], p[2]) || ':' || hex_group(p[3], p[4]))[1]
    END)[1];

-- Groups written out in `h`.
CREATE OR REPLACE TEMP MACRO ip6_groups(h) AS len(list_filter(string_split(h, ':'), lambda g: g <> ''));

CREATE OR REPLACE TEMP MACRO is_ip6_hex(h) AS
  regexp_full_match(h, '(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?:::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)?')
  AND CASE WHEN contains(h, '::') THEN ip6_groups(h) <= 7 ELSE ip6_groups(h) = 8 END;

-- All eight groups of valid text, without leading zeros.
CREATE OR REPLACE TEMP MACRO ip6_full(h) AS
  regexp_replace(trim(replace(h, '::', ':' || repeat('0:', (8 - ip6_groups(h))::BIGINT)), ':'), '\b0+([0-9a-f])', '\1', 'g');

-- The longest run of two or more zero groups, the first of equal ones, becomes `::`.
CREATE OR REPLACE TEMP MACRO ip6_short(f) AS
  CASE
    WHEN starts_with(f, '0:0:0:0:0:ffff:') THEN
      list_transform([string_split(f, ':')], lambda g:
        '::ffff:' || (('0x' || g[7])::INTEGER // 256) || '.' || (('0x' || g[7])::INTEGER % 256) || '.'
                  || (('0x' || g[8])::INTEGER // 256) || '.' || (('0x' || g[8])::INTEGER % 256))[1]
    WHEN f = '0:0:0:0:0:0:0:0' THEN '::'
    WHEN contains(':' || f || ':', ':0:0:0:0:0:0:0:') THEN regexp_replace(f, '(?:^|:)0(?::0){6}(?::|$)', '::')
    WHEN contains(':' || f || ':', ':0:0:0:0:0:0:') THEN regexp_replace(f, '(?:^|:)0(?::0){5}(?::|$)', '::')
    WHEN contains(':' || f || ':', ':0:0:0:0:0:') THEN regexp_replace(f, '(?:^|:)0(?::0){4}(?::|$)', '::')
    WHEN contains(':' || f || ':', ':0:0:0:0:') THEN regexp_replace(f, '(?:^|:)0(?::0){3}(?::|$)', '::')
    WHEN contains(':' || f || ':', ':0:0:0:') THEN regexp_replace(f, '(?:^|:)0(?::0){2}(?::|$)', '::')
    WHEN contains(':' || f || ':', ':0:0:') THEN regexp_replace(f, '(?:^|:)0:0(?::|$)', '::')
    ELSE f
  END;

CREATE OR REPLACE TEMP MACRO ip6_canonical(t) AS
  list_transform([ip6_hex(t)], lambda h:
    CASE WHEN is_ip6_hex(h) THEN list_transform([ip6_full(h)], lambda f: ip6_short(f))[1] END)[1];

-- IPv4 dotted quad (no leading zeros) or IPv6 text; false for NULL.
CREATE OR REPLACE TEMP MACRO is_ip(t) AS
  CASE
    WHEN is_ip4(t) THEN true
    WHEN contains(t, ':') THEN is_canonical_ip6(t) OR is_ip6_hex(ip6_hex(t))
    ELSE false
  END;

-- Canonical text of an address, its zone id cut; NULL when it is none.
CREATE OR REPLACE TEMP MACRO canonical_ip(t) AS
  CASE
    WHEN is_ip4(t) THEN t
    WHEN NOT contains(t, ':') THEN NULL
    WHEN is_canonical_ip6(t) THEN t
    ELSE ip6_canonical(t)
  END;
