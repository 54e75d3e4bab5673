-- The requests behind each finding.
SELECT f.orig_h AS profile, f.site, f.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.tw_start = f.tw_start AND e.site = f.site
  AND e.key = CASE f.orig_p WHEN 13 THEN 'timestamp' WHEN 17 THEN 'address-mask' ELSE 'echo' END
WHERE f.proto = 'icmp' AND f.orig_p IN (8, 13, 17, 128)
  AND f.resp_h NOT IN (SELECT address FROM addresses WHERE scope IN ('multicast', 'broadcast', 'loopback'))
