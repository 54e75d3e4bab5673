-- SSH flows of the host in the window, as client or as server.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.tw_start = f.tw_start AND e.site = f.site
WHERE starts_with(e.key, 'client') AND contains(f.service, 'ssh')
UNION ALL
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.resp_h AND e.tw_start = f.tw_start AND e.site = f.site
WHERE starts_with(e.key, 'server') AND contains(f.service, 'ssh')
