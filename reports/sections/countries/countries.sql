-- Traffic with addresses outside by country and by network (AS), in one pass over the flows: flows, bytes, addresses;
-- findings that name an address there. `asn` NULL: the row of a country.
WITH ends AS (
  SELECT resp_h AS address, count(*) AS flows, sum(coalesce(orig_size, 0) + coalesce(resp_size, 0))::BIGINT AS bytes
  FROM report_flows GROUP BY resp_h
  UNION ALL
  SELECT orig_h, count(*), sum(coalesce(orig_size, 0) + coalesce(resp_size, 0))::BIGINT FROM report_flows GROUP BY orig_h
), outside AS (
  SELECT a.address, a.country, a.asn, a.as_org, sum(e.flows)::BIGINT AS flows, sum(e.bytes)::BIGINT AS bytes
  FROM ends e JOIN addresses a ON a.address = e.address
  WHERE NOT a.is_local AND (a.country IS NOT NULL OR a.asn IS NOT NULL)
  GROUP BY a.address, a.country, a.asn, a.as_org
), named AS (
  SELECT address, max(struct_pack(weight := weight, level := threat_level)) AS worst, count(DISTINCT evidence_id) AS findings
  FROM (
    SELECT attacker AS address, evidence_id, weight, threat_level FROM report_evidence WHERE NOT is_suppressed AND weight > 0
    UNION ALL
    SELECT victim, evidence_id, weight, threat_level FROM report_evidence WHERE NOT is_suppressed AND weight > 0
  )
  WHERE address IS NOT NULL
  GROUP BY address
)
SELECT o.asn, coalesce(o.country, min(o.country)) AS country, min(o.as_org) AS as_org, count(*) AS addresses,
  sum(o.flows)::BIGINT AS flows, sum(o.bytes)::BIGINT AS bytes, sum(coalesce(n.findings, 0))::BIGINT AS findings,
  max(n.worst).level AS level
FROM outside o LEFT JOIN named n ON n.address = o.address
GROUP BY GROUPING SETS ((o.country), (o.asn))
HAVING o.country IS NOT NULL OR o.asn IS NOT NULL
ORDER BY o.asn IS NOT NULL, max(n.worst).weight DESC NULLS LAST, flows DESC, o.country, o.asn
