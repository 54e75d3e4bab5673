-- Per client, window and server: transactions that ended with a refused login.
-- Example: 10.1.11.101 is told "bad smtp-auth user" four times by 80.75.42.226 -> one finding, key 80.75.42.226, 4 refused.
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  least(1, 0.2 + 0.2 * count(*)) AS confidence,
  {refused: count(*), connections: count(DISTINCT uid), reply: min(last_reply), last_ts: max(ts)} AS details
FROM d_smtp
WHERE regexp_matches(lower(last_reply), $reply) AND orig_h IS NOT NULL AND resp_h IS NOT NULL
GROUP BY orig_h, site, tw_start, resp_h
