-- Per window, host, other end and signature: alerts. Originator and responder are those of the flow.
-- Example: 10.0.0.5 meets "known C2 certificate" (severity 1) at 203.0.113.66 twice -> one finding of 10.0.0.5,
-- key 1:9000002/203.0.113.66, critical, 2 alerts.
WITH told AS (
  SELECT a.site, a.tw_start, a.ts, a.proto, a.resp_p, a.signature, a.category, a.severity, a.action,
    coalesce(a.gid, 1) || ':' || coalesce(a.signature_id::VARCHAR, a.signature) AS rule,
    coalesce(f.orientation = 'guessed', false) AS guessed,
    canonical_ip(a.extra->>'$.alert.source.ip') AS said,
    list_contains($compromise::VARCHAR[], a.category) AS compromise,
    CASE
      WHEN said IN (a.orig_h, a.resp_h) THEN said = a.resp_h
      WHEN list_contains($compromise::VARCHAR[], a.category) OR list_contains($local_end::VARCHAR[], a.category)
        THEN coalesce(r.is_local, false) AND NOT coalesce(o.is_local, false)
      ELSE false
    END AS turned,
    CASE WHEN turned THEN a.resp_h ELSE a.orig_h END AS host,
    CASE WHEN turned THEN a.orig_h ELSE a.resp_h END AS other
  FROM d_suricata_alert a
  LEFT JOIN d_flows f ON f.source_id = a.source_id AND f.uid = a.uid
  LEFT JOIN addresses o ON o.address = a.orig_h
  LEFT JOIN addresses r ON r.address = a.resp_h
  WHERE a.orig_h IS NOT NULL AND a.resp_h IS NOT NULL
), counted AS (
  SELECT site, tw_start, host, other, rule, min(ts) AS ts, max(ts) AS last_ts, count(*) AS alerts, min(severity) AS severity,
    min(signature) AS signature, min(category) AS category, bool_or(compromise) AS compromise, bool_and(guessed) AS guessed,
    count(*) FILTER (action = 'blocked') AS blocked,
    CASE WHEN min(proto) = max(proto) THEN min(proto) END AS proto, CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port
  FROM told
  WHERE rule IS NOT NULL
  GROUP BY ALL
)
SELECT
  host AS profile,
  site,
  ts,
  rule || '/' || other AS key,
  host AS attacker,
  other AS victim,
  proto,
  port,
  CASE severity WHEN 1 THEN 0.9 ELSE 0.5 END * CASE WHEN guessed THEN 0.5 ELSE 1 END AS confidence,
  CASE
    WHEN list_contains($info_categories::VARCHAR[], category) OR severity > 3 THEN 'info'
    WHEN severity = 1 AND compromise THEN 'critical'
    WHEN severity = 1 THEN 'high'
    WHEN severity = 3 THEN 'low'
  END AS threat_level,
  {signature: signature, category: category, severity: severity, alerts: alerts, blocked: blocked, guessed: guessed, last_ts: last_ts} AS details
FROM counted
