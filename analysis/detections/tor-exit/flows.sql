-- Flows from and to each exit.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM findings e JOIN d_flows f ON f.site = e.site AND f.tw_start = e.tw_start AND f.orig_h = e.profile
WHERE (f.resp_h = e.key OR f.orig_h = e.key) AND f.proto <> 'icmp'
