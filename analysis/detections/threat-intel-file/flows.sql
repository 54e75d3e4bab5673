-- The flows that carried each listed file.
SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN intel_files_moved t ON t.site = e.site AND t.tw_start = e.tw_start AND t.host = e.profile AND t.hash = e.key
JOIN d_flows f ON f.source_id = t.source_id AND f.uid = t.uid
