-- Per device and window: distinct addresses asked for.
-- Example: 24:4b:fe:1c:48:a4 asks for .105 to .114 as 192.168.1.30 -> one finding, 10 addresses, ts of the 4th.
WITH transactions AS (
  SELECT site, tw_start, ts, row, coalesce(lower(mac), canonical_ip(client_addr)) AS device, canonical_ip(requested_addr) AS requested,
    nullif(canonical_ip(client_addr), '0.0.0.0') AS client, nullif(canonical_ip(assigned_addr), '0.0.0.0') AS assigned
  FROM d_dhcp
  WHERE coalesce(lower(mac), canonical_ip(client_addr)) IS NOT NULL
), asked AS (
  SELECT site, tw_start, device, requested, min(ts) AS first_ts, max(ts) AS last_ts, count(*) AS requests
  FROM transactions
  WHERE requested IS NOT NULL
  GROUP BY ALL
), counted AS (
  SELECT site, tw_start, device, count(*) AS addresses, sum(requests)::BIGINT AS requests,
    min(first_ts, $min_addresses)[$min_addresses] AS ts, max(last_ts) AS last_ts
  FROM asked
  GROUP BY ALL
  HAVING count(*) >= $min_addresses
), named AS (
  SELECT site, device, min({ts: ts, row: row, address: client}) FILTER (client IS NOT NULL).address AS client,
    min({ts: ts, row: row, address: assigned}) FILTER (assigned IS NOT NULL).address AS assigned
  FROM transactions
  GROUP BY ALL
)
SELECT
  coalesce(n.client, n.assigned, '0.0.0.0') AS profile,
  c.site,
  c.ts,
  c.device AS key,
  coalesce(n.client, n.assigned, '0.0.0.0') AS attacker,
  NULL AS victim,
  'udp' AS proto,
  67 AS port,
  least(1, 0.5 + 0.5 * (c.addresses - $min_addresses) / greatest(1, $full_addresses - $min_addresses)) AS confidence,
  {addresses: c.addresses, requests: c.requests, last_ts: c.last_ts} AS details
FROM counted c JOIN named n ON n.site = c.site AND n.device = c.device
