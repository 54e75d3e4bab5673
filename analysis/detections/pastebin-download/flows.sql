-- Flows of requests and handshakes with the site.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM (
    SELECT site, tw_start, source_id, uid, orig_h, host FROM d_http WHERE host <> ''
    UNION ALL
    SELECT site, tw_start, source_id, uid, orig_h, server_name FROM d_ssl WHERE server_name <> ''
  ) h
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h
    AND in_domain(regexp_replace(lower(rtrim(h.host, '.')), ':\d+$', ''), n.key)
) e ON e.source_id = f.source_id AND e.uid = f.uid
