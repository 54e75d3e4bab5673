-- The flows of the alerts, either way round.
SELECT DISTINCT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN d_suricata_alert a ON a.source_id = f.source_id AND a.uid = f.uid
JOIN findings e ON e.site = a.site AND e.tw_start = a.tw_start
  AND ((e.profile = a.orig_h AND e.victim = a.resp_h) OR (e.profile = a.resp_h AND e.victim = a.orig_h))
  AND e.key = coalesce(a.gid, 1) || ':' || coalesce(a.signature_id::VARCHAR, a.signature) || '/' || e.victim
