-- The long flows of the window, as written and turned.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.victim = f.resp_h AND e.proto = f.proto
  AND e.port IS NOT DISTINCT FROM f.resp_p AND e.tw_start = f.tw_start AND e.site = f.site
WHERE f.duration > $seconds
UNION ALL
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.resp_h AND e.victim = f.orig_h AND e.proto = f.proto
  AND e.port IS NOT DISTINCT FROM f.orig_p AND e.tw_start = f.tw_start AND e.site = f.site
WHERE f.duration > $seconds AND f.orientation = 'guessed'
  AND e.profile IN (SELECT address FROM addresses WHERE is_local)
  AND e.victim NOT IN (SELECT address FROM addresses WHERE is_local)
