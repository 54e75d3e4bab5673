-- Flows that a rule with `ignore: flows` keeps out of everything: by address, MAC, organisation, SNI or HTTP Host.
-- ignored_by_organization(address, src, dst) holds the addresses of whitelisted organisations.
INSERT INTO ignored_flows
SELECT DISTINCT flow_id, source_id, uid FROM (
  SELECT f.flow_id, f.source_id, f.uid FROM main.flows f
  WHERE f.orig_h IN (SELECT a FROM (SELECT DISTINCT orig_h AS a, ip_key(orig_h) AS k FROM main.flows) x
                     JOIN wl_networks w ON w.src AND x.k BETWEEN w.lo AND w.hi)
     OR f.resp_h IN (SELECT a FROM (SELECT DISTINCT resp_h AS a, ip_key(resp_h) AS k FROM main.flows) x
                     JOIN wl_networks w ON w.dst AND x.k BETWEEN w.lo AND w.hi)
  UNION ALL
  SELECT f.flow_id, f.source_id, f.uid FROM main.flows f
  WHERE lower(f.orig_l2_addr) IN (SELECT mac FROM wl_macs WHERE src) OR lower(f.resp_l2_addr) IN (SELECT mac FROM wl_macs WHERE dst)
  UNION ALL
  SELECT f.flow_id, f.source_id, f.uid FROM main.flows f
  WHERE f.orig_h IN (SELECT address FROM ignored_by_organization WHERE src)
     OR f.resp_h IN (SELECT address FROM ignored_by_organization WHERE dst)
  UNION ALL
  SELECT f.flow_id, f.source_id, f.uid
  FROM main.flows f
  JOIN (
    SELECT source_id, uid, lower(server_name) AS name FROM main.ssl WHERE server_name IS NOT NULL
    UNION SELECT source_id, uid, lower(regexp_replace(host, ':\d+$', '')) FROM main.http WHERE host IS NOT NULL
    UNION SELECT source_id, uid, lower(query) FROM main.dns WHERE query IS NOT NULL
  ) n ON n.source_id = f.source_id AND n.uid = f.uid
  WHERE EXISTS (SELECT 1 FROM wl_domains w WHERE w.dst AND in_domain(n.name, w.name))
);
