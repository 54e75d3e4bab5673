-- The connections to the port in the window.
SELECT f.orig_h AS profile, f.site, f.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.victim = f.resp_h AND e.port = f.resp_p AND e.proto = f.proto
  AND e.tw_start = f.tw_start AND e.site = f.site
WHERE f.orientation = 'seen'
