-- One row per address of flows and ARP. home_nets(lo, hi) holds --home-net; without it private, ULA, link-local,
-- shared and loopback addresses are local.
CREATE OR REPLACE TEMP TABLE address_list AS
SELECT
  address,
  key,
  key_number(key) AS number,
  CASE
    WHEN getvariable('home_net_given') THEN EXISTS (SELECT 1 FROM home_nets h WHERE a.key BETWEEN h.lo AND h.hi)
    ELSE scope IN ('private', 'shared', 'link-local', 'loopback')
  END AS is_local,
  scope IN ('private', 'shared', 'link-local', 'loopback') AS is_private,
  scope
FROM (
  SELECT address, key, ip_scope(key) AS scope FROM (
    SELECT address, ip_key(address) AS key FROM (
      SELECT DISTINCT orig_h AS address FROM d_flows
      UNION SELECT DISTINCT resp_h FROM d_flows
      -- Records that may come without flows have addresses as they were written.
      UNION SELECT canonical_ip(address) FROM (
        SELECT unnest([orig_h, resp_h]) AS address FROM d_arp
        UNION SELECT unnest([orig_h, resp_h]) FROM d_smtp
        UNION SELECT unnest([client_addr, assigned_addr]) FROM d_dhcp
        UNION SELECT host FROM d_software
      )
    ) WHERE address IS NOT NULL
  )
) a;
