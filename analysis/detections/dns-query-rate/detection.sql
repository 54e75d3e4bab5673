-- Runs of busy minutes per host and window; the longest counts. Only hosts with enough flows at all are looked at.
-- Example: 10.0.0.5 sends 400 queries a minute for six minutes -> one finding, confidence .75.
WITH hosts AS (
  SELECT profile, site, tw_start FROM profiles p
  WHERE flows >= $per_minute * $min_minutes
    AND NOT EXISTS (SELECT 1 FROM d_flows s WHERE s.resp_h = p.profile AND s.site = p.site AND s.resp_p = 53 AND s.proto <> 'icmp')
), minutes AS (
  SELECT f.orig_h, f.site, f.tw_start, epoch_us(f.ts) // 60000000 AS minute, min(f.ts) AS ts, max(f.ts) AS last_ts, count(*) AS n
  FROM d_flows f JOIN hosts h ON h.profile = f.orig_h AND h.site = f.site AND h.tw_start = f.tw_start
  WHERE f.resp_p = 53 AND f.proto <> 'icmp' AND f.orientation = 'seen'
  GROUP BY ALL
  HAVING count(*) >= $per_minute
), runs AS (
  SELECT orig_h, site, tw_start, run, count(*) AS minutes, sum(n)::BIGINT AS queries, max(n) AS most,
    min(ts, $min_minutes::BIGINT)[$min_minutes] AS ts, max(last_ts) AS last_ts
  FROM (SELECT *, minute - row_number() OVER (PARTITION BY orig_h, site, tw_start ORDER BY minute) AS run FROM minutes)
  GROUP BY ALL
  HAVING count(*) >= $min_minutes
), longest AS (
  SELECT *, row_number() OVER (PARTITION BY orig_h, site, tw_start ORDER BY minutes DESC, run) AS place FROM runs
)
SELECT
  orig_h AS profile,
  site,
  ts,
  'dns' AS key,
  orig_h AS attacker,
  NULL AS victim,
  NULL AS proto,
  53 AS port,
  least(1, minutes / greatest(1, $full_minutes)) AS confidence,
  {minutes: minutes, queries: queries, most: most, last_ts: last_ts} AS details
FROM longest
WHERE place = 1
