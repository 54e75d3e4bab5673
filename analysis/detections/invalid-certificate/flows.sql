-- Flows of the handshakes and notices, through their uid.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT source_id, uid, site, tw_start, orig_h, resp_h, lower(nullif(server_name, '')) AS name FROM d_ssl
  WHERE (validation_status IS NULL AND (ts > not_after OR ts < not_before))
    OR (lower(validation_status) NOT IN ('', 'ok') AND NOT regexp_matches(validation_status, '(?i)self.signed'))
  UNION ALL
  SELECT source_id, uid, site, tw_start, coalesce(src, orig_h), coalesce(dst, resp_h), NULL FROM d_notice
  WHERE starts_with(note, 'SSL::') AND NOT regexp_matches(coalesce(msg, ''), '(?i)self.signed')
) s ON s.source_id = f.source_id AND s.uid = f.uid
JOIN findings e ON e.site = s.site AND e.tw_start = s.tw_start AND e.profile = s.orig_h AND e.key = s.resp_h || coalesce('/' || s.name, '')
