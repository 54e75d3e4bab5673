-- Flows that the notices name.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN d_notice n ON n.source_id = f.source_id AND n.uid = f.uid
JOIN findings e ON e.site = n.site AND e.tw_start = n.tw_start AND e.profile = coalesce(n.src, n.orig_h)
  AND e.key = n.note || '/' || coalesce(n.dst, n.resp_h, n.sub, '')
