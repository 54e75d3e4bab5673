-- Distinct texts are classified once. Example: 10.0.0.5 uses Firefox of Windows and Safari of iOS -> systems [Windows, iOS].
WITH agents AS (
  SELECT user_agent, user_agent_system(user_agent) AS system
  FROM (SELECT DISTINCT user_agent FROM d_http WHERE user_agent <> '')
), used AS (
  SELECT h.site, h.tw_start, h.orig_h, a.system, min(h.ts) AS ts, max(h.ts) AS last_ts, count(*) AS requests, min(h.user_agent) AS user_agent
  FROM d_http h
  JOIN agents a ON a.user_agent = h.user_agent
  WHERE a.system IS NOT NULL AND h.orig_h IS NOT NULL
  GROUP BY ALL
)
SELECT
  orig_h AS profile,
  site,
  min(ts, $min_systems)[$min_systems] AS ts,
  'user agents' AS key,
  orig_h AS attacker,
  NULL AS victim,
  'tcp' AS proto,
  NULL AS port,
  1 AS confidence,
  {systems: min(system, 5), requests: sum(requests)::BIGINT, user_agents: list(substr(user_agent, 1, 200) ORDER BY system), last_ts: max(last_ts)} AS details
FROM used
GROUP BY orig_h, site, tw_start
HAVING count(*) >= $min_systems
