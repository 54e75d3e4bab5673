-- Ports that a host asked others for.
SELECT f.proto, f.resp_p AS port, coalesce(f.established, false) AS established, count(*) AS flows,
  sum(coalesce(f.orig_pkts, 0) + coalesce(f.resp_pkts, 0))::BIGINT AS pkts,
  sum(coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0))::BIGINT AS bytes,
  count(*) OVER () AS total
FROM flows f
WHERE f.orig_h = $profile AND f.source_id IN (SELECT source_id FROM sources WHERE site = $site)
  AND ($window = '' OR f.ts >= try_cast($window AS TIMESTAMP) AND f.ts < (
    SELECT min(tw_end) FROM profiles WHERE profile = $profile AND site = $site AND tw_start = try_cast($window AS TIMESTAMP)))
GROUP BY f.proto, f.resp_p, coalesce(f.established, false)
ORDER BY established DESC, bytes DESC, flows DESC, f.proto, f.resp_p
LIMIT $limit
