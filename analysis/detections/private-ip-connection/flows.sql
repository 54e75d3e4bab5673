-- The first flow to the first host.
SELECT e.profile, e.site, e.tw_start, e.key, min(f.flow_id) AS flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.victim = f.resp_h AND e.site = f.site AND e.ts = f.ts
WHERE f.proto IN ('tcp', 'udp') AND NOT list_contains($ignored_ports, f.resp_p) AND f.orientation = 'seen'
GROUP BY ALL
