-- The tries behind each finding, in every window.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN d_flows f ON f.site = e.site AND f.orig_h = e.profile AND f.resp_p = e.port AND f.proto = e.proto
WHERE NOT f.established AND f.orientation = 'seen'
