INSERT INTO suricata_alert BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p, transport AS proto, app_proto,
  v.action AS action, v.gid AS gid, v.signature_id AS signature_id, v.rev AS rev, v.signature AS signature,
  v.category AS category, v.severity AS severity, v.metadata AS metadata,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['alert']));
