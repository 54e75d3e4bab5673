-- Flows of the requests and notes.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM (
    SELECT site, tw_start, source_id, uid, orig_h, resp_h FROM d_http
    WHERE method IN (SELECT method FROM (SELECT DISTINCT method FROM d_http WHERE method <> '') WHERE NOT list_contains($methods, method))
    UNION ALL
    SELECT site, tw_start, source_id, uid, orig_h, resp_h FROM d_weird
    WHERE name = 'unknown_HTTP_method' AND NOT list_contains($methods, coalesce(addl, ''))
  ) h
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h AND n.key = h.resp_h
) e ON e.source_id = f.source_id AND e.uid = f.uid
