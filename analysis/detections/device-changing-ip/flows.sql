-- The first flow of the device from its new address.
SELECT e.profile, e.site, e.tw_start, e.key, min(f.flow_id) AS flow_id
FROM d_flows f JOIN findings e ON e.profile = f.orig_h AND e.site = f.site AND e.tw_start = f.tw_start
WHERE lower(f.orig_l2_addr) = e.key AND f.ts = e.ts
GROUP BY ALL
