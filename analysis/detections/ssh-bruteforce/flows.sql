-- SSH flows between the two ends in the window, without those that got in.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.victim = f.resp_h AND e.port IS NOT DISTINCT FROM f.resp_p AND e.tw_start = f.tw_start AND e.site = f.site
LEFT JOIN (SELECT source_id, uid, bool_or(auth_success) AS got_in FROM d_ssh GROUP BY ALL) s ON s.source_id = f.source_id AND s.uid = f.uid
WHERE contains(f.service, 'ssh') AND f.orientation = 'seen'
  AND NOT coalesce(s.got_in, coalesce(f.orig_bytes + f.resp_bytes, greatest(0, f.orig_size + f.resp_size - 52 * (f.orig_pkts + f.resp_pkts))) > $bytes, false)
