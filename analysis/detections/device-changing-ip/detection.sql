-- Per hardware address: its private IPv4 addresses in order of first sight; each after the first is a finding.
-- Example: 02:…:05 sends from 10.0.0.5, later from 10.0.0.77 -> profile 10.0.0.77, key 02:…:05.
WITH seen AS (
  SELECT site, lower(orig_l2_addr) AS mac, orig_h AS address, min(ts) AS first_ts, max(ts) AS last_ts
  FROM d_flows
  WHERE orig_l2_addr IS NOT NULL
  GROUP BY ALL
  UNION ALL
  SELECT site, lower(orig_hw), canonical_ip(orig_h), min(ts), max(ts)
  FROM d_arp
  WHERE orig_hw IS NOT NULL
  GROUP BY ALL
  UNION ALL
  SELECT site, lower(mac), canonical_ip(coalesce(assigned_addr, client_addr)), min(ts), max(ts)
  FROM d_dhcp
  WHERE mac IS NOT NULL
  GROUP BY ALL
), bindings AS (
  SELECT s.site, s.mac, s.address, a.scope, min(s.first_ts) AS first_ts, max(s.last_ts) AS last_ts
  FROM (FROM seen WHERE address IS NOT NULL AND mac NOT IN ('00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff')) s
  LEFT JOIN addresses a ON a.address = s.address
  GROUP BY ALL
), devices AS (
  SELECT site, mac
  FROM bindings
  GROUP BY ALL
  HAVING count(*) FILTER (scope = 'private' AND NOT contains(address, ':')) BETWEEN 2 AND $max_addresses
    AND count(*) FILTER (scope = 'public' AND NOT contains(address, ':')) = 0
), routers AS (
  SELECT DISTINCT f.site, lower(f.resp_l2_addr) AS mac
  FROM d_flows f JOIN devices d ON d.site = f.site AND d.mac = lower(f.resp_l2_addr)
  WHERE f.resp_h IN (SELECT address FROM addresses WHERE scope = 'public')
), ordered AS (
  SELECT b.site, b.mac, b.address, b.first_ts, lag(b.address) OVER w AS former, lag(b.last_ts) OVER w AS former_last
  FROM bindings b JOIN devices d ON d.site = b.site AND d.mac = b.mac
  WHERE b.scope = 'private' AND NOT contains(b.address, ':')
    AND NOT EXISTS (SELECT 1 FROM routers r WHERE r.site = b.site AND r.mac = b.mac)
  WINDOW w AS (PARTITION BY b.site, b.mac ORDER BY b.first_ts, b.address)
)
SELECT
  address AS profile,
  site,
  first_ts AS ts,
  mac AS key,
  address AS attacker,
  NULL AS victim,
  NULL AS proto,
  NULL AS port,
  CASE WHEN former_last > first_ts THEN $both_confidence ELSE 0.8 END AS confidence,
  {former: former, both_in_use: former_last > first_ts} AS details
FROM ordered
WHERE former IS NOT NULL
