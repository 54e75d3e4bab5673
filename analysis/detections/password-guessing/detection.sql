-- Per client, server, port and window: failed attempts, the time of the min_attempts-th, a login afterwards, the notice.
-- Example: 34 sessions of 10.0.0.5 to 10.0.0.9:22 fail, the 35th gets in -> one finding, key 10.0.0.9:22, critical.
WITH judged AS (
  SELECT DISTINCT source_id, uid FROM d_ssh WHERE auth_success IS NOT NULL AND uid IS NOT NULL
), failed AS (
  SELECT site, tw_start, ts, orig_h, resp_h, resp_p, greatest(1, coalesce(auth_attempts, 1))::BIGINT AS attempts, true AS verdict
  FROM d_ssh
  WHERE NOT auth_success AND orig_h IS NOT NULL AND resp_h IS NOT NULL
  UNION ALL
  SELECT site, tw_start, ts, orig_h, resp_h, resp_p, 1, false
  FROM d_flows f
  WHERE contains(service, 'ssh') AND established AND orientation = 'seen'
    AND coalesce(orig_bytes + resp_bytes, greatest(0, orig_size + resp_size - 52 * (orig_pkts + resp_pkts))) BETWEEN $min_bytes AND $bytes
    AND NOT EXISTS (SELECT 1 FROM judged j WHERE j.source_id = f.source_id AND j.uid = f.uid)
), counted AS (
  SELECT *, sum(attempts) OVER (PARTITION BY site, tw_start, orig_h, resp_h, resp_p ORDER BY ts) AS so_far
  FROM failed
), guessed AS (
  SELECT site, tw_start, orig_h, resp_h, resp_p, sum(attempts)::BIGINT AS attempts, count(*) AS sessions,
    count(*) FILTER (verdict) AS by_verdict, min(ts) FILTER (so_far >= $min_attempts) AS ts, max(ts) AS last_ts
  FROM counted
  GROUP BY ALL
  HAVING sum(attempts) >= $min_attempts
), entered AS (
  SELECT g.site, g.tw_start, g.orig_h, g.resp_h, g.resp_p, min(s.ts) AS entered_ts
  FROM guessed g JOIN d_ssh s ON s.site = g.site AND s.orig_h = g.orig_h AND s.resp_h = g.resp_h AND s.resp_p IS NOT DISTINCT FROM g.resp_p
  WHERE s.auth_success AND s.tw_start = g.tw_start AND s.ts >= g.ts
  GROUP BY ALL
), sampled AS (
  SELECT site, tw_start, ts, coalesce(src, orig_h) AS orig_h, coalesce(p, resp_p, 22) AS resp_p, msg, coalesce(n, 0) AS n,
    list_distinct(list_filter(
      list_append(list_transform(string_split(regexp_extract(coalesce(sub, ''), 'servers?: *(.*)$', 1), ','), lambda a: trim(a)),
                  coalesce(dst, resp_h)),
      lambda a: a <> '')) AS servers
  FROM d_notice
  WHERE contains(note, 'Password_Guessing') AND coalesce(src, orig_h) IS NOT NULL
), noticed AS (
  SELECT site, tw_start, orig_h, resp_p, min(ts) AS ts, count(*) AS notices, min(msg) AS msg,
    CASE WHEN max(len(servers)) = 1 AND min(servers[1]) = max(servers[1]) THEN min(servers[1]) END AS resp_h
  FROM sampled
  GROUP BY ALL
), findings_of_both AS (
  SELECT g.site, g.tw_start, g.orig_h, g.resp_h, g.resp_p, g.ts, g.attempts, g.sessions, g.by_verdict, g.last_ts, e.entered_ts,
    coalesce(n.notices, 0) AS notices, n.msg
  FROM guessed g
  LEFT JOIN entered e ON e.site = g.site AND e.tw_start = g.tw_start AND e.orig_h = g.orig_h AND e.resp_h = g.resp_h
    AND e.resp_p IS NOT DISTINCT FROM g.resp_p
  LEFT JOIN noticed n ON n.site = g.site AND n.tw_start = g.tw_start AND n.orig_h = g.orig_h AND n.resp_p IS NOT DISTINCT FROM g.resp_p
  UNION ALL
  SELECT n.site, n.tw_start, n.orig_h, n.resp_h, n.resp_p, n.ts, NULL, NULL, NULL, n.ts, NULL, n.notices, n.msg
  FROM noticed n
  WHERE NOT EXISTS (SELECT 1 FROM guessed g
    WHERE g.site = n.site AND g.tw_start = n.tw_start AND g.orig_h = n.orig_h AND g.resp_p IS NOT DISTINCT FROM n.resp_p)
)
SELECT
  orig_h AS profile,
  site,
  ts,
  CASE WHEN resp_h IS NULL THEN resp_p || '/tcp' ELSE resp_h || ':' || coalesce(resp_p::VARCHAR, '') END AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  resp_p AS port,
  CASE WHEN notices > 0 THEN 1
       ELSE least(1, 0.3 + 0.7 * (attempts - $min_attempts) / greatest(1, $full_attempts - $min_attempts)) END AS confidence,
  CASE WHEN entered_ts IS NOT NULL THEN 'critical' END AS threat_level,
  {attempts: attempts, sessions: sessions, by_verdict: by_verdict, notices: notices, notice: msg, entered_ts: entered_ts, last_ts: last_ts} AS details
FROM findings_of_both
