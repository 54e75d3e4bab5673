-- Per sender and window: addresses in order of the first request for each; the min_targets-th of a quick row is the time.
-- Example: 10.0.0.5 asks for 255 addresses in 3 s -> one finding, key arp, 255 targets, ts of the 5th.
WITH asked AS (
  SELECT canonical_ip(orig_h) AS orig_h, site, tw_start, resp_h, min(ts) AS first_ts, max(ts) AS last_ts, count(*) AS requests
  FROM d_arp
  WHERE lower(operation) = 'request' AND orig_h <> resp_h AND orig_h <> '0.0.0.0'
  GROUP BY ALL
), paced AS (
  SELECT *, lag(first_ts, $min_targets - 1) OVER (PARTITION BY orig_h, site, tw_start ORDER BY first_ts, resp_h) AS began
  FROM asked
)
SELECT
  orig_h AS profile,
  site,
  min(first_ts) FILTER (epoch_us(first_ts) - epoch_us(began) <= $seconds * 1000000) AS ts,
  'arp' AS key,
  orig_h AS attacker,
  NULL AS victim,
  'arp' AS proto,
  NULL AS port,
  0.8 AS confidence,
  CASE WHEN count(*) >= $wide_targets THEN 'medium' END AS threat_level,
  {targets: count(*), requests: sum(requests)::BIGINT, last_ts: max(last_ts)} AS details
FROM paced
GROUP BY orig_h, site, tw_start
HAVING bool_or(epoch_us(first_ts) - epoch_us(began) <= $seconds * 1000000)
