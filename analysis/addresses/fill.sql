-- Everything known about each address of address_list as one row.
INSERT INTO addresses
SELECT l.address, l.key, l.is_local, l.is_private, l.scope, a.asn, a.as_org, p.country, p.city, p.lat, p.lon, m.mac, v.vendor,
  n.hostnames, r.name
FROM address_list l
LEFT JOIN address_asn a ON a.address = l.address
LEFT JOIN address_places p ON p.address = l.address
LEFT JOIN address_macs m ON m.address = l.address
LEFT JOIN address_vendors v ON v.address = l.address
LEFT JOIN (SELECT address, list(DISTINCT name ORDER BY name) AS hostnames FROM names GROUP BY address) n ON n.address = l.address
LEFT JOIN address_rdns r ON r.address = l.address
ORDER BY l.key, l.address;
