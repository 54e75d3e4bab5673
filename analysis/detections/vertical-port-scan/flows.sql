-- The tries behind each finding.
SELECT f.orig_h AS profile, f.site, f.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.victim = f.resp_h AND e.proto = f.proto AND e.tw_start = f.tw_start AND e.site = f.site
WHERE NOT f.established AND f.orientation = 'seen' AND f.resp_p > 0
  AND NOT (f.proto = 'udp' AND f.resp_p >= 1024 AND (f.resp_p BETWEEN $traceroute_first AND $traceroute_last
    OR coalesce(f.orig_p < 1024 OR list_contains($answer_ports, f.orig_p), false)))
