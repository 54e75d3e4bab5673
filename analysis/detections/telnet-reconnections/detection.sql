-- Per originator, window, responder and telnet port: tries without a connection.
-- Example: 10.0.0.5 tries 10.0.0.9:23 six times in vain -> one finding, 6 attempts, ts of the 4th.
SELECT
  orig_h AS profile,
  site,
  min(ts, $min_attempts)[$min_attempts] AS ts,
  resp_h || ':' || resp_p || '/tcp' AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  resp_p AS port,
  0.5 AS confidence,
  {attempts: count(*), refused: count(*) FILTER (outcome = 'rejected'), last_ts: max(ts)} AS details
FROM d_flows
WHERE proto = 'tcp' AND list_contains($ports, resp_p) AND NOT established AND orientation = 'seen'
GROUP BY orig_h, site, tw_start, resp_h, resp_p
HAVING count(*) >= $min_attempts
