-- The queries of the window.
SELECT f.orig_h AS profile, f.site, f.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.tw_start = f.tw_start AND e.site = f.site
WHERE f.resp_p = 53 AND f.proto <> 'icmp' AND f.orientation = 'seen'
