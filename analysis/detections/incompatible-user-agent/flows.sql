-- Flows of the host's requests with user agents of the system.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM d_http h
  JOIN (
    SELECT user_agent, user_agent_system(user_agent) AS system
    FROM (SELECT DISTINCT user_agent FROM d_http WHERE user_agent <> '')
  ) a ON a.user_agent = h.user_agent
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h AND n.key = a.system
) e ON e.source_id = f.source_id AND e.uid = f.uid
