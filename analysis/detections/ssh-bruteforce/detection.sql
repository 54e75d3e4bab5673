-- Per client, server, port and window: attempts of sessions that did not get in, the time of the min_attempts-th.
-- Example: 40 sessions in 20 s with the client libssh -> one finding, key 10.0.0.9:22, confidence 1.
WITH ssh_flows AS (
  SELECT source_id, uid, site, tw_start, ts, orig_h, resp_h, resp_p,
    coalesce(orig_bytes + resp_bytes, greatest(0, orig_size + resp_size - 52 * (orig_pkts + resp_pkts))) AS payload
  FROM d_flows
  WHERE contains(service, 'ssh') AND established AND orientation = 'seen'
), attempts AS (
  SELECT s.site, s.tw_start, s.ts, s.orig_h, s.resp_h, s.resp_p, greatest(1, coalesce(s.auth_attempts, 1))::BIGINT AS attempts, s.client
  FROM d_ssh s LEFT JOIN ssh_flows f ON f.source_id = s.source_id AND f.uid = s.uid
  WHERE s.orig_h IS NOT NULL AND s.resp_h IS NOT NULL AND NOT coalesce(s.auth_success, coalesce(f.payload > $bytes, false))
  UNION ALL
  SELECT site, tw_start, ts, orig_h, resp_h, resp_p, 1, NULL
  FROM ssh_flows f
  WHERE payload BETWEEN $min_bytes AND $bytes AND NOT EXISTS (SELECT 1 FROM d_ssh s WHERE s.source_id = f.source_id AND s.uid = f.uid)
), busy AS (
  SELECT site, tw_start, orig_h, resp_h, resp_p, sum(attempts)::BIGINT AS attempts, count(*) AS sessions, min(ts) AS first_ts, max(ts) AS last_ts,
    min(client) FILTER (regexp_matches(lower(client), $tools)) AS tool, min(client) AS client
  FROM attempts
  GROUP BY ALL
  HAVING sum(attempts) >= $min_attempts
), reached AS (
  SELECT site, tw_start, orig_h, resp_h, resp_p, min(ts) AS ts
  FROM (
    SELECT a.site, a.tw_start, a.orig_h, a.resp_h, a.resp_p, a.ts,
      sum(a.attempts) OVER (PARTITION BY a.site, a.tw_start, a.orig_h, a.resp_h, a.resp_p ORDER BY a.ts) AS so_far
    FROM attempts a
    SEMI JOIN busy b ON b.site = a.site AND b.tw_start = a.tw_start AND b.orig_h = a.orig_h AND b.resp_h = a.resp_h AND b.resp_p IS NOT DISTINCT FROM a.resp_p
  )
  WHERE so_far >= $min_attempts
  GROUP BY ALL
), judged AS (
  SELECT b.*, r.ts, epoch_us(b.last_ts) - epoch_us(b.first_ts) <= $pace_seconds * 1000000 * (b.attempts - 1) AS quick,
    least(1, (b.attempts - $min_attempts) / greatest(1, $full_attempts - $min_attempts)) AS growth
  FROM busy b
  JOIN reached r ON r.site = b.site AND r.tw_start = b.tw_start AND r.orig_h = b.orig_h AND r.resp_h = b.resp_h AND r.resp_p IS NOT DISTINCT FROM b.resp_p
)
SELECT
  orig_h AS profile,
  site,
  ts,
  resp_h || ':' || coalesce(resp_p::VARCHAR, '') AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  resp_p AS port,
  CASE WHEN quick OR tool IS NOT NULL THEN 0.5 + 0.5 * growth ELSE 0.15 + 0.25 * growth END AS confidence,
  {attempts: attempts, sessions: sessions, client: coalesce(tool, client), tool: tool IS NOT NULL, quick: quick, last_ts: last_ts} AS details
FROM judged
