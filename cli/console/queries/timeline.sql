-- What a host did in a window (or in all), flow by flow. One scan per side: a filter on either of two columns would read them all.
WITH bounds AS (
  SELECT CASE WHEN $window = '' THEN TIMESTAMP '-infinity' ELSE try_cast($window AS TIMESTAMP) END AS from_ts,
    CASE WHEN $window = '' THEN TIMESTAMP 'infinity' ELSE (
      SELECT min(tw_end) FROM profiles WHERE profile = $profile AND site = $site AND tw_start = try_cast($window AS TIMESTAMP)) END AS to_ts
), own AS (
  SELECT flow_id, source_id, uid, ts, orig_h, resp_h, resp_p, proto, service, outcome, established, orig_size, resp_size, duration,
    true AS out
  FROM flows WHERE orig_h = $profile
  UNION ALL
  SELECT flow_id, source_id, uid, ts, orig_h, resp_h, resp_p, proto, service, outcome, established, orig_size, resp_size, duration,
    false
  FROM flows WHERE resp_h = $profile AND orig_h <> $profile
), f AS (
  SELECT own.* FROM own, bounds
  WHERE source_id IN (SELECT source_id FROM sources WHERE site = $site) AND ts >= from_ts AND ts < to_ts
), shown AS (
  SELECT * FROM f ORDER BY ts, flow_id LIMIT $limit
), called AS (
  SELECT address, min(name) AS name FROM names
  WHERE address IN (SELECT CASE WHEN out THEN resp_h ELSE orig_h END FROM shown)
  GROUP BY address
)
SELECT s.uid, strftime(s.ts, '%m-%d %H:%M:%S') AS at, s.orig_h, s.resp_h, s.resp_p, s.proto, s.service, s.outcome, s.established,
  s.orig_size, s.resp_size, s.duration, s.out, c.name, (SELECT count(*) FROM f) AS total
FROM shown s
LEFT JOIN called c ON c.address = CASE WHEN s.out THEN s.resp_h ELSE s.orig_h END
ORDER BY s.ts, s.flow_id
