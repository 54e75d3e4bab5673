-- The raw lines, `{"line": N, "record": …}`.
INSERT INTO other BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + e.n AS "row", e.uid, e.ts, e.log, r.record AS record
FROM (
  SELECT rowid - $first + 1 AS line, row_number() OVER () AS n, flow_id::VARCHAR AS uid, "timestamp"::TIMESTAMP AS ts, event_type AS log
  FROM eve WHERE event_type NOT IN ($known)
) e
JOIN read_json($lines, format = 'newline_delimited', columns = {line: 'BIGINT', record: 'JSON'}, maximum_object_size = $size) r
  ON r.line = e.line;
