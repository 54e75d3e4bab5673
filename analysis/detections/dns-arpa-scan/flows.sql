-- The flows of the reverse queries of the window.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, d.source_id, d.uid
  FROM d_dns d
  JOIN findings n ON n.site = d.site AND n.profile = d.orig_h AND n.tw_start = d.tw_start
  WHERE regexp_full_match(lower(rtrim(d.query, '.')), '(\d{1,3}\.){4}in-addr\.arpa|([0-9a-f]\.){32}ip6\.arpa') AND d.resp_p NOT IN (5353, 5355)
) e ON e.source_id = f.source_id AND e.uid = f.uid
