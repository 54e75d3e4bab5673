-- Flows of handshakes with the server, those without a certificate (resumed ones) too.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, s.source_id, s.uid
  FROM d_ssl s
  JOIN findings n ON n.site = s.site AND n.tw_start = s.tw_start AND n.profile = s.orig_h AND n.key = s.resp_h
) e ON e.source_id = f.source_id AND e.uid = f.uid
