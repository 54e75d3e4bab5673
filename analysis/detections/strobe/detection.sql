-- Pairs with more connections than the day has seconds. Days: the span of the case, at least one.
-- Example: 100,000 connections from 10.0.0.5 to 203.0.113.9 in a case of five hours -> one finding, key 203.0.113.9.
WITH many AS (
  SELECT *, greatest(86400000000, epoch_us(scope_end) - epoch_us(scope_start)) AS span_us
  FROM pairs
  WHERE connections >= $per_day
), by_flow AS (
  SELECT p.profile, p.site, p.kind, p.dst, count(*) FILTER (NOT list_contains($ignore_ports, f.resp_p)) AS counted
  FROM many p JOIN d_flows f ON f.site = p.site AND f.orig_h = p.profile AND f.resp_h = p.dst
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
  NULL AS proto,
  NULL AS port,
  1 AS confidence,
  {dst: p.dst, kind: p.kind, connections: p.connections, bytes: p.bytes, score: p.score, severity: p.severity, last_ts: p.last_ts} AS details
FROM many p
LEFT JOIN by_flow b ON b.profile = p.profile AND b.site = p.site AND b.kind = p.kind AND b.dst = p.dst
WHERE p.connections * 86400000000::HUGEINT >= $per_day * p.span_us::HUGEINT AND (p.kind = 'sni' OR b.counted > 0)
