-- Distinct texts meet the patterns, not requests. The strongest level of a text decides.
-- Example: 10.0.0.5 asks with ${jndi:ldap://x/a} -> key "Log4Shell exploit", high.
WITH agents AS (
  SELECT DISTINCT user_agent FROM d_http WHERE user_agent <> ''
), matching AS (
  SELECT a.user_agent, max(level_weight(p.level)) AS weight, min(p.tool) AS tool
  FROM agents a
  JOIN data_agents p ON regexp_matches(lower(a.user_agent), p.pattern)
  GROUP BY a.user_agent
)
SELECT
  h.orig_h AS profile,
  h.site,
  min(h.ts) AS ts,
  m.tool AS key,
  h.orig_h AS attacker,
  CASE WHEN min(h.resp_h) = max(h.resp_h) THEN min(h.resp_h) END AS victim,
  'tcp' AS proto,
  CASE WHEN min(h.resp_p) = max(h.resp_p) THEN min(h.resp_p) END AS port,
  CASE max(m.weight) WHEN 0.8 THEN 0.9 WHEN 0.5 THEN 0.8 ELSE 0.5 END AS confidence,
  CASE max(m.weight) WHEN 0.8 THEN 'high' WHEN 0.5 THEN 'medium' ELSE 'low' END AS threat_level,
  {tool: m.tool, user_agent: substr(min(h.user_agent), 1, 200), requests: count(*), servers: count(DISTINCT h.resp_h), host: min(h.host),
   last_ts: max(h.ts)} AS details
FROM d_http h
JOIN matching m ON m.user_agent = h.user_agent
WHERE h.orig_h IS NOT NULL
GROUP BY h.orig_h, h.site, h.tw_start, m.tool
