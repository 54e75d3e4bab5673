INSERT INTO weird BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  coalesce(v.event, 'code ' || v.code, v.type) AS name, v.layer AS addl, v.type AS source,
  $extra AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['anomaly']));
