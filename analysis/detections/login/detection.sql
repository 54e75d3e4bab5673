-- Per client, window, server and port: logins. Example: 10.0.0.5 logs in to 10.0.0.9:23 -> key 10.0.0.9:23, got_in 1.
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h || ':' || coalesce(resp_p::VARCHAR, '') AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  resp_p AS port,
  1 AS confidence,
  {logins: count(*), got_in: count(*) FILTER (success), refused: count(*) FILTER (NOT success), users: count(DISTINCT "user"), last_ts: max(ts)} AS details
FROM d_login
WHERE orig_h IS NOT NULL AND resp_h IS NOT NULL
GROUP BY orig_h, site, tw_start, resp_h, resp_p
