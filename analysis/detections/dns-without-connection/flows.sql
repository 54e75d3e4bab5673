-- The flows of the queries for the names that a finding gives.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT DISTINCT n.profile, n.site, n.tw_start, n.key, d.source_id, d.uid
  FROM d_dns d
  JOIN (
    SELECT profile, site, tw_start, key, unnest((details->'$.examples')::VARCHAR[]) AS name FROM findings
  ) n ON n.site = d.site AND n.profile = d.orig_h AND n.name = lower(rtrim(d.query, '.'))
) e ON e.source_id = f.source_id AND e.uid = f.uid
