-- 16 bytes of an address, IPv4 as ::ffff:0:0/96: equal order for equal networks.
CREATE OR REPLACE TEMP MACRO two_hex(n) AS lpad(lower(to_hex(n::INTEGER)), 2, '0');
CREATE OR REPLACE TEMP MACRO ip_key(a) AS
  CASE
    WHEN is_ip4(a) THEN unhex('00000000000000000000ffff' || two_hex(split_part(a, '.', 1)) || two_hex(split_part(a, '.', 2))
      || two_hex(split_part(a, '.', 3)) || two_hex(split_part(a, '.', 4)))
    WHEN contains(a, ':') THEN unhex(array_to_string(
      list_transform(string_split(ip6_full(ip6_hex(a)), ':'), lambda g: lpad(g, 4, '0')), ''))
  END;

-- The same 16 bytes as a number: faster to compare.
CREATE OR REPLACE TEMP MACRO key_number(k) AS
  ('0x' || hex(k[1:8]))::UBIGINT::UHUGEINT * 18446744073709551616::UHUGEINT + ('0x' || hex(k[9:16]))::UBIGINT::UHUGEINT;

-- What kind of address a key is: private | shared | link-local | loopback | multicast | broadcast | reserved | public.
CREATE OR REPLACE TEMP MACRO ip_scope(k) AS
  CASE
    WHEN k BETWEEN unhex('00000000000000000000ffff0a000000') AND unhex('00000000000000000000ffff0affffff') THEN 'private'
    WHEN k BETWEEN unhex('00000000000000000000ffffac100000') AND unhex('00000000000000000000ffffac1fffff') THEN 'private'
    WHEN k BETWEEN unhex('00000000000000000000ffffc0a80000') AND unhex('00000000000000000000ffffc0a8ffff') THEN 'private'
    WHEN k BETWEEN unhex('00000000000000000000ffff64400000') AND unhex('00000000000000000000ffff647fffff') THEN 'shared'
    WHEN k BETWEEN unhex('00000000000000000000ffffa9fe0000') AND unhex('00000000000000000000ffffa9feffff') THEN 'link-local'
    WHEN k BETWEEN unhex('00000000000000000000ffff7f000000') AND unhex('00000000000000000000ffff7fffffff') THEN 'loopback'
    WHEN k BETWEEN unhex('00000000000000000000ffffe0000000') AND unhex('00000000000000000000ffffefffffff') THEN 'multicast'
    WHEN k = unhex('00000000000000000000ffffffffffff') THEN 'broadcast'
    WHEN k BETWEEN unhex('00000000000000000000ffff00000000') AND unhex('00000000000000000000ffff00ffffff') THEN 'reserved'
    WHEN k >= unhex('00000000000000000000fffff0000000') AND k <= unhex('00000000000000000000ffffffffffff') THEN 'reserved'
    WHEN k BETWEEN unhex('fc000000000000000000000000000000') AND unhex('fdffffffffffffffffffffffffffffff') THEN 'private'
    WHEN k BETWEEN unhex('fe800000000000000000000000000000') AND unhex('febfffffffffffffffffffffffffffff') THEN 'link-local'
    WHEN k >= unhex('ff000000000000000000000000000000') THEN 'multicast'
    WHEN k = unhex('00000000000000000000000000000001') THEN 'loopback'
    WHEN k = unhex('00000000000000000000000000000000') THEN 'reserved'
    ELSE 'public'
  END;

-- The same of an address: its key is made once, where ip_scope(ip_key(a)) would repeat it in every comparison.
CREATE OR REPLACE TEMP MACRO address_scope(a) AS list_transform([ip_key(a)], lambda k: ip_scope(k))[1];

-- The private IPv4 block that a key lies in, as its first address; NULL outside of all.
CREATE OR REPLACE TEMP MACRO private_block(k) AS
  CASE
    WHEN k BETWEEN unhex('00000000000000000000ffff0a000000') AND unhex('00000000000000000000ffff0affffff') THEN '10.0.0.0'
    WHEN k BETWEEN unhex('00000000000000000000ffffac100000') AND unhex('00000000000000000000ffffac1fffff') THEN '172.16.0.0'
    WHEN k BETWEEN unhex('00000000000000000000ffffc0a80000') AND unhex('00000000000000000000ffffc0a8ffff') THEN '192.168.0.0'
    WHEN k BETWEEN unhex('00000000000000000000ffff64400000') AND unhex('00000000000000000000ffff647fffff') THEN '100.64.0.0'
  END;
