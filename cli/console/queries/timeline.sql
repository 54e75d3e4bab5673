-- What a host did in a window (or in all), flow by flow.
SELECT f.uid, strftime(f.ts, '%m-%d %H:%M:%S') AS at, f.orig_h, f.resp_h, f.resp_p, f.proto, f.service, f.outcome, f.established,
  f.orig_size, f.resp_size, f.duration, f.orig_h = $profile AS out,
  (SELECT min(name) FROM names n WHERE n.address = CASE WHEN f.orig_h = $profile THEN f.resp_h ELSE f.orig_h END) AS name,
  f.total
FROM (
  SELECT *, count(*) OVER () AS total FROM flows
  WHERE (orig_h = $profile OR resp_h = $profile) AND source_id IN (SELECT source_id FROM sources WHERE site = $site)
    AND ($window = '' OR ts >= try_cast($window AS TIMESTAMP) AND ts < (
      SELECT min(tw_end) FROM profiles WHERE profile = $profile AND site = $site AND tw_start = try_cast($window AS TIMESTAMP)))
  ORDER BY ts, flow_id
  LIMIT $limit
) f
ORDER BY f.ts, f.flow_id
