-- Connections to the port in which HTTP was not recognised.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.site = f.site AND e.tw_start = f.tw_start AND e.profile = f.orig_h AND e.key = f.resp_h
WHERE f.proto = 'tcp' AND f.resp_p = 80 AND f.established AND f.orientation = 'seen'
  AND (f.service IS NULL OR NOT contains(f.service, 'http'))
  AND coalesce(f.orig_bytes, 0) + coalesce(f.resp_bytes, 0) > 0 AND coalesce(f.missed_bytes, 0) = 0
  AND f.conn_state IS DISTINCT FROM 'OTH' AND NOT contains(lower(coalesce(f.history, '')), 'g')
