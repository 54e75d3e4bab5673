-- Flows of the requests with such a text.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM d_http h
  JOIN (
    SELECT a.user_agent, min(p.tool) AS tool
    FROM (SELECT DISTINCT user_agent FROM d_http WHERE user_agent <> '') a
    JOIN data_agents p ON regexp_matches(lower(a.user_agent), p.pattern)
    GROUP BY a.user_agent
  ) m ON m.user_agent = h.user_agent
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h AND n.key = m.tool
) e ON e.source_id = f.source_id AND e.uid = f.uid
