-- Names as traffic showed them: answers of DNS, SNI, HTTP Host, DHCP host names. An address in the place of a name is none, nor is
-- the name of a reverse look-up: it is the address once more.
CREATE OR REPLACE TEMP TABLE shown_names AS
SELECT address, name, origin, min(ts) AS first_ts FROM (
  SELECT canonical_ip(answer) AS address, lower(query) AS name, 'dns' AS origin, ts
  FROM (SELECT unnest(answers) AS answer, query, ts FROM d_dns WHERE query IS NOT NULL AND qtype_name IN ('A', 'AAAA', '*'))
  UNION ALL SELECT resp_h, lower(server_name), 'sni', ts FROM d_ssl WHERE server_name IS NOT NULL
  UNION ALL SELECT resp_h, lower(regexp_replace(host, ':\d+$', '')), 'http', ts FROM d_http WHERE host IS NOT NULL AND NOT is_ip(host)
  UNION ALL SELECT coalesce(assigned_addr, client_addr), lower(host_name), 'dhcp', ts FROM d_dhcp WHERE host_name IS NOT NULL
)
WHERE address IS NOT NULL AND name <> '' AND NOT ends_with(name, '.in-addr.arpa') AND NOT ends_with(name, '.ip6.arpa')
  AND NOT is_ip(trim(name, '[]'))
GROUP BY ALL;
