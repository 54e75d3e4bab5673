-- The flows in which each subject was met.
WITH keyed AS (
  SELECT profile, site, tw_start, key, split_part(key, ':', 1) AS kind, substr(key, length(split_part(key, ':', 1)) + 2) AS subject FROM findings
)
SELECT k.profile, k.site, k.tw_start, k.key, f.flow_id
FROM keyed k JOIN d_flows f ON f.site = k.site AND f.tw_start = k.tw_start AND f.orig_h = k.profile AND f.resp_h = k.subject
WHERE k.kind = 'address' AND f.proto <> 'icmp'
UNION
SELECT k.profile, k.site, k.tw_start, k.key, f.flow_id
FROM keyed k
JOIN (
  SELECT source_id, uid, tw_start, orig_h, 'domain' AS kind, domain_form(query) AS subject FROM d_dns WHERE query IS NOT NULL
  UNION ALL SELECT source_id, uid, tw_start, orig_h, 'domain', domain_form(server_name) FROM d_ssl WHERE server_name IS NOT NULL
  UNION ALL SELECT source_id, uid, tw_start, orig_h, 'domain', domain_form(regexp_replace(host, ':\d+$', '')) FROM d_http WHERE host IS NOT NULL
  UNION ALL SELECT source_id, uid, tw_start, orig_h, 'url', 'http://' || http_url(host, uri) FROM d_http WHERE uri IS NOT NULL
  UNION ALL SELECT source_id, uid, tw_start, host, 'file', hash FROM intel_files_moved
) m ON m.kind = k.kind AND m.subject = k.subject AND m.tw_start = k.tw_start AND m.orig_h = k.profile
JOIN d_flows f ON f.source_id = m.source_id AND f.uid = m.uid AND f.site = k.site
