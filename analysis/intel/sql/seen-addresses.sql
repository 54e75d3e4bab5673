-- Addresses of flows and of DNS answers, with their keys.
CREATE OR REPLACE TEMP TABLE intel_addresses AS
SELECT address, key, ip_scope(key) = 'public' AS public, asn
FROM (
  SELECT address, key, asn FROM addresses
  UNION ALL
  SELECT address, ip_key(address), NULL FROM (SELECT DISTINCT address FROM names WHERE origin = 'dns' AND address NOT IN (SELECT address FROM addresses))
)
WHERE key IS NOT NULL;

INSERT INTO intel_seen
SELECT 'ip', address FROM intel_addresses
UNION ALL SELECT 'tor', address FROM intel_addresses
UNION ALL SELECT DISTINCT 'asn', 'AS' || asn FROM intel_addresses WHERE asn IS NOT NULL;
