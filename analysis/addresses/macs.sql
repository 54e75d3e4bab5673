-- The MAC of each local address that shows exactly one.
CREATE OR REPLACE TEMP TABLE address_macs AS
SELECT m.address, m.mac FROM (
  SELECT address, min(mac) AS mac FROM (
    SELECT orig_h AS address, orig_l2_addr AS mac FROM d_flows WHERE orig_l2_addr IS NOT NULL
    UNION SELECT resp_h, resp_l2_addr FROM d_flows WHERE resp_l2_addr IS NOT NULL
    UNION SELECT coalesce(assigned_addr, client_addr), mac FROM d_dhcp WHERE mac IS NOT NULL
    UNION SELECT canonical_ip(orig_h), coalesce(orig_hw, src_mac) FROM d_arp
  ) GROUP BY address HAVING count(DISTINCT mac) = 1
) m
SEMI JOIN (SELECT address FROM address_list WHERE is_local) l ON l.address = m.address;
