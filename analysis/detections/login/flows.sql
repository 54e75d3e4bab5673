-- The connections of the logins.
WITH logins AS (
  SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, l.source_id, l.uid
  FROM findings e JOIN d_login l ON l.orig_h = e.profile AND l.resp_h = e.victim AND l.resp_p IS NOT DISTINCT FROM e.port
    AND l.site = e.site AND l.tw_start = e.tw_start
)
SELECT l.profile, l.site, l.tw_start, l.key, f.flow_id
FROM d_flows f JOIN logins l ON l.source_id = f.source_id AND l.uid = f.uid
