-- Addresses of whitelisted organisations among asn_answers(address, asn, as_org).
CREATE OR REPLACE TEMP TABLE ignored_by_organization AS
SELECT address, bool_or(src) AS src, bool_or(dst) AS dst FROM (
  SELECT a.address, w.src, w.dst FROM asn_answers a JOIN wl_asns w ON w.asn = a.asn
  UNION ALL
  SELECT a.address, w.src, w.dst
  FROM asn_answers a JOIN wl_organizations w ON contains(org_words(a.as_org), w.name) AND trim(w.name) <> ''
) GROUP BY address;
