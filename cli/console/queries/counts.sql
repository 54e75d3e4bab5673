-- Flows of a host by established or not and by what the screen counts. $side: orig | resp, the host's end of the flows; $port:
-- orig | resp | none, whose port is counted; $address: orig | resp | none, whose address.
WITH counted AS (
  SELECT CASE WHEN $port <> 'none' THEN f.proto END AS proto,
    CASE $port WHEN 'orig' THEN f.orig_p WHEN 'resp' THEN f.resp_p END AS port,
    CASE $address WHEN 'orig' THEN f.orig_h WHEN 'resp' THEN f.resp_h END AS address,
    coalesce(f.established, false) AS established,
    coalesce(f.orig_pkts, 0) + coalesce(f.resp_pkts, 0) AS pkts, coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0) AS bytes
  FROM (
    -- One of the two is empty: a filter on either of two columns would read them all.
    FROM flows WHERE $side = 'orig' AND orig_h = $profile
    UNION ALL
    FROM flows WHERE $side = 'resp' AND resp_h = $profile
  ) f
  WHERE f.source_id IN (SELECT source_id FROM sources WHERE site = $site)
    AND ($window = '' OR f.ts >= try_cast($window AS TIMESTAMP) AND f.ts < (
      SELECT min(tw_end) FROM profiles WHERE profile = $profile AND site = $site AND tw_start = try_cast($window AS TIMESTAMP)))
)
SELECT proto, port, address, established, count(*) AS flows, sum(pkts)::BIGINT AS pkts, sum(bytes)::BIGINT AS bytes,
  count(*) OVER () AS total
FROM counted
GROUP BY proto, port, address, established
ORDER BY established DESC, bytes DESC, flows DESC, proto, port, address
LIMIT $limit
