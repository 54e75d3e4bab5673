-- What is known about an address.
SELECT a.address, a.is_local, a.scope, a.asn, a.as_org, a.country, a.city, a.mac, a.vendor, a.rdns,
  (SELECT string_agg(name, ', ' ORDER BY name) FROM (SELECT DISTINCT name FROM names WHERE address = $address ORDER BY name LIMIT 5))
    AS names,
  (SELECT count(DISTINCT name) FROM names WHERE address = $address) AS name_count,
  (SELECT max(answer) FROM lookups WHERE kind = 'virustotal-address' AND subject = $address) AS virustotal,
  (SELECT max(score) FROM profiles WHERE profile = $address) AS score,
  (SELECT count(*) FROM alerts WHERE profile = $address) AS alerts,
  (SELECT count(*) FROM evidence WHERE profile = $address) AS findings
FROM addresses a
WHERE a.address = $address
