-- Sessions by verdict through their uid, sessions by size as found.
WITH judged AS (
  SELECT s.source_id, s.uid, e.profile, e.site, e.tw_start, e.key, s.auth_success
  FROM d_ssh s JOIN findings e ON e.profile = s.orig_h AND e.key = s.resp_h AND e.tw_start = s.tw_start AND e.site = s.site
  WHERE s.auth_success IS NOT NULL AND s.uid IS NOT NULL
)
SELECT j.profile, j.site, j.tw_start, j.key, f.flow_id
FROM d_flows f JOIN judged j ON j.source_id = f.source_id AND j.uid = f.uid
WHERE j.auth_success
UNION ALL
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f JOIN findings e ON e.profile = f.orig_h AND e.key = f.resp_h AND e.tw_start = f.tw_start AND e.site = f.site
WHERE contains(f.service, 'ssh') AND f.established AND f.orientation = 'seen'
  AND coalesce(f.orig_bytes + f.resp_bytes, greatest(0, f.orig_size + f.resp_size - 52 * (f.orig_pkts + f.resp_pkts))) > $bytes
  AND NOT EXISTS (SELECT 1 FROM d_ssh j WHERE j.source_id = f.source_id AND j.uid = f.uid AND j.auth_success IS NOT NULL)
