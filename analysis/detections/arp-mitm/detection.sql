-- Who first claimed each address owns it; claims of it by another device that owns an address itself are findings.
-- Example: the device of 10.0.0.66 says that it is 10.0.0.1, whose device goes on saying so -> profile 10.0.0.66, key 10.0.0.1.
WITH claims AS (
  SELECT site, canonical_ip(orig_h) AS address, lower(coalesce(orig_hw, src_mac)) AS mac, tw_start, min(ts) AS first_ts,
    max(ts) AS last_ts, count(*) AS messages
  FROM d_arp
  WHERE orig_h <> '0.0.0.0' AND lower(coalesce(orig_hw, src_mac)) NOT IN ('00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff')
  GROUP BY ALL
), bindings AS (
  SELECT site, address, mac, min(first_ts) AS first_ts, max(last_ts) AS last_ts
  FROM claims
  GROUP BY ALL
), owners AS (
  SELECT site, address, min({first_ts: first_ts, mac: mac}).mac AS mac
  FROM bindings
  GROUP BY ALL
), owned AS (
  SELECT o.site, o.address, o.mac, b.first_ts, b.last_ts
  FROM owners o JOIN bindings b ON b.site = o.site AND b.address = o.address AND b.mac = o.mac
), own AS (
  SELECT site, mac, min({first_ts: first_ts, address: address}).address AS address
  FROM owned
  GROUP BY ALL
), taken AS (
  SELECT c.*, own.address AS own_address, o.mac AS owner, o.last_ts > c.first_ts AS contested,
    count(*) FILTER (o.last_ts > c.first_ts) OVER (PARTITION BY c.site, c.tw_start, c.mac) AS contested_addresses
  FROM claims c
  JOIN owned o ON o.site = c.site AND o.address = c.address AND o.mac <> c.mac
  JOIN own ON own.site = c.site AND own.mac = c.mac
)
SELECT
  own_address AS profile,
  site,
  first_ts AS ts,
  address AS key,
  own_address AS attacker,
  address AS victim,
  'arp' AS proto,
  NULL AS port,
  CASE WHEN contested AND contested_addresses > 1 THEN $both_confidence WHEN contested THEN $contested_confidence ELSE 0.2 END AS confidence,
  {mac: mac, owner: owner, messages: messages, contested: contested, contested_addresses: contested_addresses, last_ts: last_ts} AS details
FROM taken
