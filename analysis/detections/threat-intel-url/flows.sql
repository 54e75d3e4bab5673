-- The flows of the requests.
SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN d_http r ON r.site = e.site AND r.tw_start = e.tw_start AND r.orig_h = e.profile AND http_url(r.host, r.uri) = e.key
JOIN d_flows f ON f.source_id = r.source_id AND f.uid = r.uid
