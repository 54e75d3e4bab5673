-- The addresses of the event are those of sender and receiver.
INSERT INTO files BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  CASE WHEN src IS NOT NULL THEN [src] END AS tx_hosts, CASE WHEN dst IS NOT NULL THEN [dst] END AS rx_hosts,
  CASE WHEN uid IS NOT NULL THEN [uid] END AS conn_uids,
  upper(service_name(app_proto)) AS source,
  coalesce(v.tx_id, tx_id) AS depth,
  coalesce(v.mimetype, CASE WHEN swapped THEN json_extract_string('{' || rest || '}', '$.http.http_content_type') END) AS mime_type,
  v.filename AS filename,
  NOT swapped AS is_orig,
  v.size AS seen_bytes,
  lower(v.md5) AS md5, lower(v.sha1) AS sha1, lower(v.sha256) AS sha256,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['fileinfo']));
