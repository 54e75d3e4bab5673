-- Pairs whose destination a feed of threat intelligence lists: the address; the name; or, for a name, an address that its
-- flows went to (but for those asked of a proxy, which went to the proxy). Needs `intel_hits`.
-- Example: feed `drops` lists 203.0.113.9, which 10.0.0.5 met as www.example.com -> that name and the address, feeds `drops`.
CREATE OR REPLACE TEMP TABLE listed_pairs AS
WITH asked AS (
  SELECT DISTINCT site, orig_h, name, regexp_replace(name, ':\d+$', '') AS host, CASE WHEN NOT proxied THEN resp_h END AS address
  FROM sni_flows
), met AS (
  SELECT 'ip' AS kind, p.site, p.orig_h, p.resp_h AS dst, h.feeds
  FROM ip_pairs p JOIN intel_hits h ON h.kind = 'ip' AND h.subject = p.resp_h
  WHERE p.kept
  UNION ALL
  SELECT 'sni', a.site, a.orig_h, a.name, h.feeds FROM asked a JOIN intel_hits h ON h.kind = 'ip' AND h.subject = a.address
  UNION ALL
  SELECT 'sni', a.site, a.orig_h, a.name, h.feeds FROM asked a JOIN intel_hits h ON h.kind = 'ip' AND h.subject = a.host
  UNION ALL
  SELECT 'sni', a.site, a.orig_h, a.name, h.feeds
  FROM asked a JOIN intel_hits h ON h.kind = 'domain' AND h.subject = domain_form(a.host)
), each_feed AS (
  SELECT kind, site, orig_h, dst, unnest(feeds) AS feed FROM met
)
SELECT kind, site, orig_h, dst, string_agg(DISTINCT feed, ', ' ORDER BY feed) AS feeds
FROM each_feed
GROUP BY ALL;
