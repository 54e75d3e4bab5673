-- What was left out, by capture and reason, with the first places.
SELECT left(c.path, $text + 1) AS path, left(r.reason, $text + 1) AS reason, count(*) AS records,
  list(left(r.place, 80) ORDER BY length(r.place), r.place)[1:$places] AS places,
  count(*) OVER () AS groups
FROM rejects r
JOIN captures c ON c.capture_id = r.capture_id
WHERE c.status <> 'loading'
GROUP BY c.path, c.sha256, r.reason
ORDER BY count(*) DESC, c.path, c.sha256, r.reason
LIMIT $rejects
