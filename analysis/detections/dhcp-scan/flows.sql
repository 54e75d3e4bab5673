-- The flows that carried the requests.
WITH asked AS (
  SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, d.source_id, unnest(list_append(d.uids, d.uid)) AS uid
  FROM findings e
  JOIN d_dhcp d ON d.site = e.site AND d.tw_start = e.tw_start AND coalesce(lower(d.mac), canonical_ip(d.client_addr)) = e.key
  WHERE d.requested_addr IS NOT NULL
)
SELECT a.profile, a.site, a.tw_start, a.key, f.flow_id
FROM d_flows f JOIN asked a ON a.source_id = f.source_id AND a.uid = f.uid
