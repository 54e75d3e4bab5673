-- The flows of the queries below the domain.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN domain_names n ON n.site = e.site AND n.orig_h = e.profile AND n.domain = e.key
JOIN d_dns d ON d.site = e.site AND d.orig_h = e.profile AND lower(rtrim(d.query, '.')) = n.name
JOIN d_flows f ON f.source_id = d.source_id AND f.uid = d.uid
