-- Per originator, window, responder and port: refused connections. Port 0 has a detection of its own.
-- Example: 10.0.0.5 is refused by 10.0.0.11:3389/tcp 8 times -> one finding, 8 attempts, ts of the 5th.
SELECT
  orig_h AS profile,
  site,
  min(ts, $min_attempts)[$min_attempts] AS ts,
  resp_h || ':' || resp_p || '/' || proto AS key,
  orig_h AS attacker,
  resp_h AS victim,
  proto,
  resp_p AS port,
  0.4 AS confidence,
  {attempts: count(*), last_ts: max(ts)} AS details
FROM d_flows
WHERE outcome = 'rejected' AND orientation = 'seen' AND resp_p > 0
GROUP BY orig_h, site, tw_start, resp_h, resp_p, proto
HAVING count(*) >= $min_attempts
