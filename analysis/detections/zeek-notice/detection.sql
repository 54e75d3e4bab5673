-- Per window, source, kind and destination (or the text of `sub`): notices. The message is that of the first.
-- Example: Scan::Port_Scan, src 10.0.0.5, dst 10.0.0.9 -> profile 10.0.0.5, key Scan::Port_Scan/10.0.0.9, high.
WITH noticed AS (
  SELECT site, tw_start, ts, note, coalesce(src, orig_h) AS host, coalesce(dst, resp_h) AS target, coalesce(p, resp_p) AS p, proto, msg, sub
  FROM d_notice
  WHERE note IS NOT NULL AND NOT list_contains($covered::VARCHAR[], note)
    AND NOT contains(coalesce(msg, ''), 'SSL certificate validation failed') AND coalesce(src, orig_h) IS NOT NULL
), levelled AS (
  SELECT *,
    CASE
      WHEN len(list_filter($critical::VARCHAR[], lambda k: starts_with(note, k))) > 0 THEN 'critical'
      WHEN len(list_filter($info::VARCHAR[], lambda k: starts_with(note, k))) > 0 THEN 'info'
      WHEN len(list_filter($high::VARCHAR[], lambda k: starts_with(note, k))) > 0 THEN 'high'
      WHEN len(list_filter($medium::VARCHAR[], lambda k: starts_with(note, k))) > 0 THEN 'medium'
    END AS level
  FROM noticed
)
SELECT
  host AS profile,
  site,
  min(ts) AS ts,
  note || '/' || coalesce(target, sub, '') AS key,
  host AS attacker,
  target AS victim,
  CASE WHEN min(proto) = max(proto) THEN min(proto) END AS proto,
  CASE WHEN min(p) = max(p) THEN min(p) END AS port,
  1.0 AS confidence,
  level AS threat_level,
  {note: note, msg: min({ts: ts, msg: coalesce(msg, '')}).msg, sub: min(sub), notices: count(*), last_ts: max(ts)} AS details
FROM levelled
GROUP BY host, site, tw_start, note, target, CASE WHEN target IS NULL THEN coalesce(sub, '') END, note || '/' || coalesce(target, sub, ''), level
