-- Flows of the responses and files.
SELECT e.profile, e.site, e.tw_start, e.key, f.flow_id
FROM d_flows f
JOIN (
  SELECT n.profile, n.site, n.tw_start, n.key, h.source_id, h.uid
  FROM (
    SELECT site, tw_start, source_id, uid, orig_h, resp_h FROM d_http
    WHERE list_has_any(list_transform(resp_mime_types, lambda t: lower(t)), $mime_types)
    UNION ALL
    SELECT site, tw_start, source_id, coalesce(uid, conn_uids[1]), coalesce(orig_h, rx_hosts[1]), coalesce(resp_h, tx_hosts[1]) FROM d_files
    WHERE list_contains($mime_types, lower(mime_type)) AND is_orig IS DISTINCT FROM true
  ) h
  JOIN findings n ON n.site = h.site AND n.tw_start = h.tw_start AND n.profile = h.orig_h AND n.key = h.resp_h
) e ON e.source_id = f.source_id AND e.uid = f.uid
