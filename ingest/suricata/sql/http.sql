INSERT INTO http BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  tx_id + 1 AS trans_depth,
  v.http_method AS method, v.hostname AS host, v.url AS uri, v.http_refer AS referrer,
  coalesce(regexp_replace(v.protocol, '^HTTP/', ''), v.version) AS version,
  v.http_user_agent AS user_agent, v.origin AS origin,
  v.length AS response_body_len, v.status AS status_code,
  CASE WHEN v.http_content_type IS NOT NULL THEN [v.http_content_type] END AS resp_mime_types,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['http']));
