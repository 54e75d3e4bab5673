-- The connections in which logins were refused.
WITH refused AS (
  SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, s.source_id, s.uid
  FROM findings e JOIN d_smtp s ON s.orig_h = e.profile AND s.resp_h = e.victim AND s.site = e.site AND s.tw_start = e.tw_start
  WHERE regexp_matches(lower(s.last_reply), $reply)
)
SELECT r.profile, r.site, r.tw_start, r.key, f.flow_id
FROM d_flows f JOIN refused r ON r.source_id = f.source_id AND r.uid = f.uid
