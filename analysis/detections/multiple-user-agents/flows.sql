-- Flows of the host's requests with a user agent that the finding names.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM d_http h
  JOIN (
    SELECT profile, site, tw_start, key, unnest((details->'$.user_agents')::VARCHAR[]) AS user_agent FROM findings
  ) n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h AND n.user_agent = substr(h.user_agent, 1, 200)
) e ON e.source_id = f.source_id AND e.uid = f.uid
