-- The flows in which each listed domain was asked for or named.
WITH listed AS (
  SELECT subject, indicator FROM intel_hits WHERE kind = 'domain'
), named AS (
  SELECT source_id, uid, tw_start, orig_h, domain_form(query) AS name FROM d_dns WHERE query IS NOT NULL
  UNION ALL SELECT source_id, uid, tw_start, orig_h, domain_form(unnest(answers)) FROM d_dns
  UNION ALL SELECT source_id, uid, tw_start, orig_h, domain_form(server_name) FROM d_ssl WHERE server_name IS NOT NULL
  UNION ALL SELECT source_id, uid, tw_start, orig_h, domain_form(regexp_replace(host, ':\d+$', '')) FROM d_http WHERE host IS NOT NULL
), met AS (
  SELECT DISTINCT n.source_id, n.uid, n.tw_start, n.orig_h, l.indicator FROM named n JOIN listed l ON l.subject = n.name
)
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM met m
JOIN d_flows f ON f.source_id = m.source_id AND f.uid = m.uid
JOIN findings e ON e.site = f.site AND e.tw_start = m.tw_start AND e.profile = m.orig_h AND e.key = m.indicator
