-- Runs of busy minutes per originator, window, responder and port; the longest run counts. Only hosts and targets with
-- enough connections at all are looked at by the minute.
-- Example: 10.0.0.5 opens 30 connections a minute to 203.0.113.9:4444 for 8 minutes -> one finding, confidence .8.
WITH hosts AS (
  SELECT profile, site, tw_start FROM profiles WHERE flows_tcp >= $per_minute * $min_minutes
), targets AS (
  SELECT f.orig_h, f.site, f.tw_start, f.resp_h, f.resp_p, count(*) AS connections,
    count(*) FILTER (NOT f.established) AS not_established, max(f.ts) AS last_ts
  FROM d_flows f JOIN hosts h ON h.profile = f.orig_h AND h.site = f.site AND h.tw_start = f.tw_start
  WHERE f.proto = 'tcp' AND f.orientation = 'seen' AND f.resp_p > 0 AND NOT list_contains($ignore_ports, f.resp_p)
  GROUP BY ALL
  HAVING count(*) >= $per_minute * $min_minutes
), minutes AS (
  SELECT f.orig_h, f.site, f.tw_start, f.resp_h, f.resp_p, epoch_us(f.ts) // 60000000 AS minute, min(f.ts) AS ts, count(*) AS n
  FROM d_flows f
  JOIN targets t ON t.orig_h = f.orig_h AND t.site = f.site AND t.tw_start = f.tw_start AND t.resp_h = f.resp_h AND t.resp_p = f.resp_p
  WHERE f.proto = 'tcp' AND f.orientation = 'seen'
  GROUP BY ALL
  HAVING count(*) >= $per_minute
), runs AS (
  SELECT orig_h, site, tw_start, resp_h, resp_p, run, count(*) AS minutes, sum(n)::BIGINT AS in_run,
    min(ts, $min_minutes::BIGINT)[$min_minutes] AS ts
  FROM (
    SELECT *, minute - row_number() OVER (PARTITION BY orig_h, site, tw_start, resp_h, resp_p ORDER BY minute) AS run FROM minutes
  )
  GROUP BY ALL
  HAVING count(*) >= $min_minutes
), longest AS (
  SELECT *, row_number() OVER (PARTITION BY orig_h, site, tw_start, resp_h, resp_p ORDER BY minutes DESC, run) AS place FROM runs
)
SELECT
  r.orig_h AS profile,
  r.site,
  r.ts,
  r.resp_h || ':' || r.resp_p || '/tcp' AS key,
  r.orig_h AS attacker,
  r.resp_h AS victim,
  'tcp' AS proto,
  r.resp_p AS port,
  least(1, r.minutes / greatest(1, $full_minutes)) * CASE WHEN a.is_local THEN $local_confidence ELSE 1 END AS confidence,
  {minutes: r.minutes, connections: t.connections, in_run: r.in_run, not_established: t.not_established, last_ts: t.last_ts} AS details
FROM longest r
JOIN targets t ON t.orig_h = r.orig_h AND t.site = r.site AND t.tw_start = r.tw_start AND t.resp_h = r.resp_h AND t.resp_p = r.resp_p
JOIN addresses a ON a.address = r.resp_h
WHERE r.place = 1 AND a.scope IN ('public', 'private', 'shared')
