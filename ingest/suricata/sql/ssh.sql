INSERT INTO ssh BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  TRY_CAST(left(coalesce(v.server.proto_version, v.client.proto_version), 1) AS INTEGER) AS version,
  'SSH-' || v.client.proto_version || '-' || v.client.software_version AS client,
  'SSH-' || v.server.proto_version || '-' || v.server.software_version AS server,
  v.client.hassh.hash AS hassh, v.server.hassh.hash AS hassh_server,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['ssh']));
