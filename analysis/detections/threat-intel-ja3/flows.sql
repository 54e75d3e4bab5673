-- The handshakes of each fingerprint.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM (
  SELECT source_id, uid, site, tw_start, orig_h, 'ja3:' || lower(ja3) AS key FROM d_ssl WHERE ja3 IS NOT NULL
  UNION ALL SELECT source_id, uid, site, tw_start, orig_h, 'ja3s:' || lower(ja3s) FROM d_ssl WHERE ja3s IS NOT NULL
  UNION ALL SELECT source_id, uid, site, tw_start, orig_h, 'ja4:' || lower(ja4) FROM d_ssl WHERE ja4 IS NOT NULL
) s
JOIN findings e ON e.site = s.site AND e.tw_start = s.tw_start AND e.profile = s.orig_h AND e.key = s.key
JOIN d_flows f ON f.source_id = s.source_id AND f.uid = s.uid
