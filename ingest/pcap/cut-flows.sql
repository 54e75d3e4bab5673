-- Flows that were open when a capture ended and go on in one that was read apart from it, by the capture that the case had
-- before. Parameters: new_captures (read now, of one stream), near (the others), first_us (first packet of the new ones),
-- tcp_us and other_us (idle times after which a flow is over).
WITH open AS (
  SELECT flow_id, capture_id, proto, epoch_us(ts) + round(coalesce(duration, 0) * 1000000)::BIGINT AS ends,
         least(orig_h || ' ' || orig_p, resp_h || ' ' || resp_p) AS a,
         greatest(orig_h || ' ' || orig_p, resp_h || ' ' || resp_p) AS b
  FROM flows
  WHERE ended = 'eof' AND (list_contains($new_captures, capture_id) OR list_contains($near, capture_id))
), going_on AS (
  SELECT f.capture_id, f.proto, epoch_us(f.ts) AS begins,
         least(f.orig_h || ' ' || f.orig_p, f.resp_h || ' ' || f.resp_p) AS a,
         greatest(f.orig_h || ' ' || f.orig_p, f.resp_h || ' ' || f.resp_p) AS b
  FROM flows f LEFT JOIN captures c USING (capture_id)
  WHERE (list_contains($new_captures, f.capture_id) OR list_contains($near, f.capture_id))
    AND epoch_us(f.ts) <= coalesce(epoch_us(c.first_ts), $first_us) + $tcp_us
    AND (f.proto <> 'tcp' OR f.orientation = 'guessed')
), cut AS (
  SELECT o.flow_id, CASE WHEN list_contains($near, o.capture_id) THEN o.capture_id ELSE g.capture_id END AS capture_id
  FROM open o JOIN going_on g ON o.a = g.a AND o.b = g.b AND o.proto = g.proto
  WHERE list_contains($near, o.capture_id) <> list_contains($near, g.capture_id)
    AND g.begins - o.ends BETWEEN 0 AND CASE o.proto WHEN 'tcp' THEN $tcp_us ELSE $other_us END
)
SELECT c.path, count(DISTINCT cut.flow_id)::INTEGER AS flows
FROM cut JOIN captures c USING (capture_id)
GROUP BY c.path ORDER BY c.path
