-- Names as traffic showed them: answers of DNS, SNI, HTTP Host, DHCP host names.
DELETE FROM names;
INSERT INTO names
SELECT address, name, origin, min(ts) FROM (
  SELECT canonical_ip(answer) AS address, lower(query) AS name, 'dns' AS origin, ts
  FROM (SELECT unnest(answers) AS answer, query, ts FROM d_dns WHERE query IS NOT NULL AND qtype_name IN ('A', 'AAAA', '*'))
  UNION ALL SELECT resp_h, lower(server_name), 'sni', ts FROM d_ssl WHERE server_name IS NOT NULL
  UNION ALL SELECT resp_h, lower(regexp_replace(host, ':\d+$', '')), 'http', ts FROM d_http WHERE host IS NOT NULL AND NOT is_ip(host)
  UNION ALL SELECT coalesce(assigned_addr, client_addr), lower(host_name), 'dhcp', ts FROM d_dhcp WHERE host_name IS NOT NULL
)
WHERE address IS NOT NULL AND name <> ''
GROUP BY ALL
ORDER BY address, name, origin;

UPDATE addresses SET hostnames = n.names
FROM (SELECT address, list(DISTINCT name ORDER BY name) AS names FROM names GROUP BY address) n
WHERE n.address = addresses.address;

UPDATE addresses SET mac = m.mac
FROM (
  SELECT address, min(mac) AS mac FROM (
    SELECT orig_h AS address, orig_l2_addr AS mac FROM d_flows WHERE orig_l2_addr IS NOT NULL
    UNION SELECT resp_h, resp_l2_addr FROM d_flows WHERE resp_l2_addr IS NOT NULL
    UNION SELECT coalesce(assigned_addr, client_addr), mac FROM d_dhcp WHERE mac IS NOT NULL
    UNION SELECT canonical_ip(orig_h), coalesce(orig_hw, src_mac) FROM d_arp
  ) GROUP BY address HAVING count(DISTINCT mac) = 1
) m
WHERE m.address = addresses.address AND addresses.is_local;
