-- The connections of each pair: by address, or by the name asked for.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e JOIN d_flows f ON f.site = e.site AND f.orig_h = e.profile AND f.resp_h = e.key
UNION
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN (
  SELECT source_id, uid, lower(server_name) AS name FROM d_ssl
  UNION SELECT source_id, uid, lower(host) FROM d_http
) n ON n.name = e.key
JOIN d_flows f ON f.source_id = n.source_id AND f.uid = n.uid AND f.site = e.site AND f.orig_h = e.profile
