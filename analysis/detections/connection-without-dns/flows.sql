-- Flows to the address, or to the addresses that a folded finding names, before the first answer.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT profile, site, tw_start, key, unnest((details->'$.examples')::VARCHAR[]) AS address,
    (details->>'$.answered_ts')::TIMESTAMP AS answered_ts
  FROM findings
) e ON e.profile = f.orig_h AND e.site = f.site AND e.address = f.resp_h
WHERE f.established AND f.proto IN ('tcp', 'udp') AND f.orientation = 'seen' AND f.resp_p NOT IN (53, 853)
  AND f.ts < coalesce(e.answered_ts, TIMESTAMP 'infinity')
