-- The connections that carried the requests.
SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e
JOIN d_http h ON h.site = e.site AND h.tw_start = e.tw_start AND h.orig_h = e.profile AND coalesce(nullif(lower(h.host), ''), h.resp_h) = e.key
JOIN d_flows f ON f.source_id = h.source_id AND f.uid = h.uid
