-- The connections over the threshold behind each finding.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM https_scores s
JOIN d_flows f ON f.flow_id = s.flow_id
JOIN findings e ON e.site = f.site AND e.tw_start = f.tw_start AND e.profile = f.orig_h AND e.key = f.resp_h
WHERE s.score >= 0.5
