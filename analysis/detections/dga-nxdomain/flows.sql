-- The flows of the queries that found no name.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, d.source_id, d.uid
  FROM d_dns d
  JOIN findings n ON n.site = d.site AND n.profile = d.orig_h AND n.tw_start = d.tw_start
  WHERE d.rcode_name = 'NXDOMAIN' AND (d.qtype_name IS NULL OR d.qtype_name = 'A' OR d.qtype_name = 'AAAA')
    AND d.resp_p NOT IN (137, 5353, 5355) AND NOT ends_with(lower(rtrim(d.query, '.')), '.arpa')
) e ON e.source_id = f.source_id AND e.uid = f.uid
