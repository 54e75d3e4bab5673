-- The stored story of the worst hosts, lines of one kind told by their first: alerts, findings, then what is odd, then the
-- rest, as many as fit, in order of time.
WITH lines AS (
  SELECT h.n, t.ts, t.kind, t.summary, t.details->>'$.warning' AS warning,
    CASE t.kind
      WHEN 'finding' THEN t.details->>'$.detection'
      WHEN 'http' THEN t.details->>'$.record.host'
      WHEN 'alert' THEN t.summary
      ELSE concat_ws('/', t.details->>'$.direction', t.details->>'$.port', t.details->>'$.proto')
    END AS subject,
    CASE
      WHEN t.kind = 'alert' THEN 0
      WHEN t.kind = 'finding' THEN CASE WHEN (t.details->>'$.threat_level') = 'info' THEN 3 ELSE 1 END
      WHEN (t.details->>'$.warning') IS NOT NULL THEN 2
      ELSE 3
    END AS importance
  FROM report_hosts h
  JOIN timeline t ON t.profile = h.profile AND t.site = h.site
  CROSS JOIN report_scope s
  WHERE h.is_local AND h.n <= $hosts AND (s.since IS NULL OR t.ts >= s.since) AND (s.until IS NULL OR t.ts < s.until)
), folded AS (
  SELECT n, kind, warning, subject, importance, count(*) AS lines, min(struct_pack(ts := ts, summary := summary)) AS first_one,
    max(ts) AS last_ts
  FROM lines
  GROUP BY n, kind, warning, subject, importance
), placed AS (
  SELECT *, sum(lines) OVER (PARTITION BY n)::BIGINT AS all_lines,
    row_number() OVER (PARTITION BY n ORDER BY importance, first_one, kind, warning, subject) AS nth
  FROM folded
)
SELECT n, kind, iso(first_one.ts) AS ts, left(first_one.summary, $text + 1) AS summary, warning, lines, iso(last_ts) AS last_ts, all_lines
FROM placed
WHERE nth <= $lines
ORDER BY n, first_one.ts, importance, kind, summary, warning, subject
