-- The flows in which each listed certificate was shown.
SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN intel_certificates_shown c ON c.site = e.site AND c.tw_start = e.tw_start AND c.orig_h = e.profile AND c.hash = e.key
JOIN d_flows f ON f.source_id = c.source_id AND f.uid = c.uid
