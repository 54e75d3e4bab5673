-- The tries behind each finding.
SELECT f.orig_h AS profile, f.site, f.tw_start, f.resp_p || '/' || f.proto AS key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.tw_start = f.tw_start AND e.port = f.resp_p AND e.proto = f.proto
WHERE NOT f.established AND f.orientation = 'seen'
