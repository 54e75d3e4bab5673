-- Per client, window and server: refused logins; the time is that of the min_refused-th of the first quick row.
-- Example: four within 8.6 s -> one finding, 4 refused, ts of the 3rd.
WITH paced AS (
  SELECT orig_h, site, tw_start, resp_h, resp_p, ts, uid,
    lag(ts, $min_refused - 1) OVER (PARTITION BY orig_h, site, tw_start, resp_h ORDER BY ts, source_id, row) AS began
  FROM d_smtp
  WHERE regexp_matches(lower(last_reply), $reply) AND orig_h IS NOT NULL AND resp_h IS NOT NULL
)
SELECT
  orig_h AS profile,
  site,
  min(ts) FILTER (epoch_us(ts) - epoch_us(began) <= $seconds * 1000000) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  least(1, 0.6 + 0.4 * greatest(0, count(*) - $min_refused) / greatest(1, $full_refused - $min_refused)) AS confidence,
  {refused: count(*), seconds: round((epoch_us(max(ts)) - epoch_us(min(ts))) / 1000000, 1), connections: count(DISTINCT uid), last_ts: max(ts)} AS details
FROM paced
GROUP BY orig_h, site, tw_start, resp_h
HAVING bool_or(epoch_us(ts) - epoch_us(began) <= $seconds * 1000000)
