-- Windows of a host in order of time.
SELECT strftime(tw_start, '%Y-%m-%d %H:%M:%S.%f') AS tw_start, strftime(tw_end, '%Y-%m-%d %H:%M:%S.%f') AS tw_end, tw,
  strftime(tw_start, '%m-%d %H:%M') AS name, score, alerted,
  flows, count(*) OVER () AS total
FROM profiles
WHERE profile = $profile AND site = $site
ORDER BY tw_start
LIMIT $limit
