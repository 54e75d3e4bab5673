-- Pairs whose score is high, unless all their flows go to ports of services that are regular by nature.
-- Example: 192.168.50.23 calls 203.0.113.66 every minute, 120 times -> one finding, key 203.0.113.66, confidence by score.
WITH regular AS (
  SELECT * FROM pairs WHERE beacon_score >= $min_score AND connections >= $min_connections
), by_flow AS (
  SELECT p.profile, p.site, p.kind, p.dst, min(f.proto) AS proto, min(f.resp_p) AS port, count(DISTINCT (f.proto, f.resp_p)) AS ports,
    count(*) FILTER (NOT list_contains($ignore_ports, f.resp_p)) AS counted
  FROM regular p JOIN d_flows f ON f.site = p.site AND f.orig_h = p.profile AND f.resp_h = p.dst
  WHERE p.kind = 'ip'
  GROUP BY ALL
)
SELECT
  p.profile,
  p.site,
  p.first_ts AS ts,
  p.dst AS key,
  p.profile AS attacker,
  CASE WHEN p.kind = 'ip' THEN p.dst END AS victim,
  CASE WHEN b.ports = 1 THEN b.proto END AS proto,
  CASE WHEN b.ports = 1 THEN b.port END AS port,
  (0.5 + 0.5 * (p.beacon_score - $min_score) / greatest(0.001, 1 - $min_score)) * CASE WHEN p.prevalence_modifier < 0 THEN 0.6 ELSE 1 END
    AS confidence,
  {dst: p.dst, kind: p.kind, connections: p.connections, bytes: p.bytes, interval_seconds: p.interval_seconds, beacon_score: p.beacon_score,
    ts_score: p.ts_score, ds_score: p.ds_score, dur_score: p.dur_score, hist_score: p.hist_score, prevalence: p.prevalence,
    score: p.score, severity: p.severity, last_ts: p.last_ts} AS details
FROM regular p
LEFT JOIN by_flow b ON b.profile = p.profile AND b.site = p.site AND b.kind = p.kind AND b.dst = p.dst
WHERE p.kind = 'sni' OR b.counted > 0
