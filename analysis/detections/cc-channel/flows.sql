-- What was scored: the channel's flows up to the window's end, the last 500 of them.
SELECT profile, site, tw_start, key, flow_id
FROM (
  SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id,
    row_number() OVER (PARTITION BY e.profile, e.site, e.tw_start, e.key ORDER BY f.ts DESC, f.flow_id DESC) AS back
  FROM findings e
  JOIN d_flows f ON f.site = e.site AND f.orig_h = e.profile AND f.resp_h = e.victim AND f.proto = e.proto
    AND f.resp_p IS NOT DISTINCT FROM e.port AND f.tw_start <= e.tw_start
)
WHERE back <= 500
