-- Captures in order of time, as they are numbered everywhere.
SELECT left(c.path, $text + 1) AS path, c.sha256, c.bytes, c.records, c.rejected, iso(c.first_ts) AS first_ts, iso(c.last_ts) AS last_ts,
  c.status, s.kind, s.site
FROM captures c
LEFT JOIN sources s ON s.source_id = c.source_id
WHERE c.status <> 'loading'
ORDER BY c.first_ts NULLS LAST, c.sha256, c.path
LIMIT $captures
