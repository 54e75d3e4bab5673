-- Flows of the handshakes with the name, or to the address.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.site = f.site AND e.tw_start = f.tw_start AND e.profile = f.orig_h AND e.key = f.resp_h
WHERE f.resp_p = 443 AND f.established AND f.orientation = 'seen'
UNION
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, s.source_id, s.uid
  FROM d_ssl s
  JOIN findings n ON n.site = s.site AND n.tw_start = s.tw_start AND n.profile = s.orig_h AND n.key = lower(s.server_name)
  WHERE s.resp_p IS DISTINCT FROM 853
) e ON e.source_id = f.source_id AND e.uid = f.uid
