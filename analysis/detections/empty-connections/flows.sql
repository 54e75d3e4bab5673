-- Flows of the empty requests.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM d_http h
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h
    AND in_domain(regexp_replace(lower(rtrim(h.host, '.')), ':\d+$', ''), n.key)
  WHERE coalesce(h.request_body_len, 0) = 0 AND (h.uri = '/' OR h.response_body_len = 0) AND (h.method = 'GET' OR h.method = 'HEAD')
) e ON e.source_id = f.source_id AND e.uid = f.uid
