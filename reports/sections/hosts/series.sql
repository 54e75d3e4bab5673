-- The connections of the affected hosts that come back, told by their letters: first those that findings name, then by score
-- and number of flows. The letters of all windows of the report in order of time; the first connections as points.
WITH tuples AS (
  SELECT h.n, l.profile, l.site, l.dst, l.dport, l.proto, sum(l.flows)::BIGINT AS flows, max(l.cc_score) AS cc_score,
    string_agg(l.letters, '' ORDER BY l.tw_start) AS letters
  FROM report_hosts h
  JOIN letters l ON l.profile = h.profile AND l.site = h.site AND l.direction = 'out'
  CROSS JOIN report_scope s
  WHERE h.is_local AND h.n <= $hosts AND (s.since IS NULL OR l.tw_start >= s.since) AND (s.until IS NULL OR l.tw_start < s.until)
  GROUP BY ALL
), named AS (
  SELECT profile, site, coalesce(details->>'$.dst', victim, key) AS dst, port, max(strength) AS strength
  FROM report_evidence WHERE NOT is_suppressed AND weight > 0
  GROUP BY ALL
), placed AS (
  SELECT t.*, count(*) OVER (PARTITION BY t.n) AS tuples,
    row_number() OVER (
      PARTITION BY t.n ORDER BY coalesce(e.strength, 0) DESC, coalesce(t.cc_score, 0) DESC, t.flows DESC, t.dst, t.dport, t.proto
    ) AS nth
  FROM tuples t
  LEFT JOIN named e ON e.profile = t.profile AND e.site = t.site AND e.dst = t.dst AND e.port = t.dport
  WHERE t.flows >= $least
), chosen AS (
  SELECT * FROM placed WHERE nth <= CASE WHEN n <= $strongest THEN $many ELSE 1 END
), starts AS (
  SELECT c.n, c.nth, f.ts, f.flow_id, coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0) AS bytes,
    row_number() OVER (PARTITION BY c.n, c.nth ORDER BY f.ts, f.flow_id) AS place,
    lag(f.ts) OVER (PARTITION BY c.n, c.nth ORDER BY f.ts, f.flow_id) AS before
  FROM chosen c
  JOIN report_flows f ON f.orig_h = c.profile AND f.resp_h = c.dst AND f.resp_p = c.dport AND f.proto = c.proto
  JOIN sources s ON s.source_id = f.source_id AND s.site = c.site
), drawn AS (
  SELECT n, nth, list(
    struct_pack("at" := epoch_us(ts)::DOUBLE, gap := (epoch_us(ts) - epoch_us(before))::DOUBLE / 1e6, bytes := bytes::DOUBLE)
    ORDER BY ts, flow_id
  ) AS points
  FROM starts
  WHERE place <= $points
  GROUP BY n, nth
)
SELECT c.n, c.nth, c.dst, c.dport, c.proto, c.flows, c.cc_score, left(c.letters, $text + 1) AS letters, c.tuples, m.name,
  coalesce(d.points, []) AS points
FROM chosen c
LEFT JOIN drawn d ON d.n = c.n AND d.nth = c.nth
LEFT JOIN (
  SELECT address, min(name) AS name FROM names GROUP BY address
) m ON m.address = c.dst
ORDER BY c.n, c.nth
