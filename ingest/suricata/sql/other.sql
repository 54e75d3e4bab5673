-- $lines: the raw lines, `{"line": N, "record": …}`.
INSERT INTO other BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + e.n AS "row",
  e.uid, e.ts, e.event_type AS log, r.record AS record
FROM eve_events e JOIN read_json($lines, format = 'newline_delimited', columns = {line: 'BIGINT', record: 'JSON'}, maximum_object_size = $size) r
  ON r.line = e.line
WHERE e.event_type NOT IN ($known);
