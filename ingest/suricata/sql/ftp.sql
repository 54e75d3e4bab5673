INSERT INTO ftp BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  CASE WHEN upper(v.command) = 'USER' THEN v.command_data END AS "user",
  CASE WHEN upper(v.command) = 'PASS' THEN v.command_data END AS password,
  v.command AS command, v.command_data AS arg,
  TRY_CAST(v.completion_code[-1] AS INTEGER) AS reply_code,
  array_to_string(v.reply, chr(10)) AS reply_msg,
  CASE v.mode WHEN 'passive' THEN true WHEN 'active' THEN false END AS data_channel_passive,
  v.dynamic_port AS data_channel_resp_p,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['ftp']));
