-- The connections behind each finding.
SELECT f.orig_h AS profile, f.site, f.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN findings e ON e.profile = f.orig_h AND e.victim = f.resp_h AND e.tw_start = f.tw_start AND e.site = f.site
WHERE f.established AND f.service IS NULL AND f.proto = 'tcp' AND f.resp_p > 0 AND f.orientation = 'seen'
  AND f.source_id IN (SELECT source_id FROM source_fields WHERE tbl = 'flows' AND field = 'service')
