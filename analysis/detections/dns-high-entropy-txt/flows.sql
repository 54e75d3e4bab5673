-- The flows of queries below the domain that got texts.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, d.source_id, d.uid
  FROM d_dns d
  JOIN findings n ON n.site = d.site AND n.profile = d.orig_h AND n.tw_start = d.tw_start
    AND (lower(rtrim(d.query, '.')) = n.key OR ends_with(lower(rtrim(d.query, '.')), '.' || n.key))
  WHERE starts_with(array_to_string(d.answers, ' '), 'TXT ') OR d.qtype_name = 'TXT'
) e ON e.source_id = f.source_id AND e.uid = f.uid
