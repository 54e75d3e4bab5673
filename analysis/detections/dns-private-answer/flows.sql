-- The flows of the queries that were answered so.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, d.source_id, d.uid
  FROM d_dns d
  JOIN findings n ON n.site = d.site AND n.profile = d.orig_h AND n.tw_start = d.tw_start
    AND (lower(rtrim(d.query, '.')) = n.key OR ends_with(lower(rtrim(d.query, '.')), '.' || n.key))
  WHERE d.resp_p NOT IN (137, 5353, 5355)
    AND len(list_filter(d.answers, lambda a: regexp_matches(a, '^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|(?i)f[cd][0-9a-f]{2}:)'))) > 0
) e ON e.source_id = f.source_id AND e.uid = f.uid
