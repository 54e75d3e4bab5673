-- Addresses without an earlier answer are found first, then the flows to them are summed per pair.
-- Example: 10.0.0.5 connects to 203.0.113.9, no answer holds it -> key 203.0.113.9. To 21 such -> key "many addresses".
WITH begun AS (
  SELECT site, min(ts) + to_minutes($settle_minutes) AS settled FROM d_dns
  WHERE len(answers) > 0 AND resp_p NOT IN (137, 5353, 5355)
  GROUP BY site
), answered AS (
  SELECT address, min(first_ts) AS ts FROM names WHERE origin = 'dns' GROUP BY address
), unasked AS (
  SELECT a.address, n.ts AS answered_ts
  FROM addresses a
  LEFT JOIN answered n USING (address)
  WHERE NOT a.is_local AND a.scope = 'public' AND a.address NOT IN (SELECT unnest($resolvers))
    AND (n.ts IS NULL OR n.ts > (SELECT min(ts) FROM d_flows))
), reached AS (
  SELECT f.site, f.orig_h, f.resp_h, u.answered_ts, min(f.ts) AS ts, count(*) AS flows,
    sum(coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0))::BIGINT AS bytes,
    min(f.proto) AS proto, max(f.proto) AS other_proto, min(f.resp_p) AS port, max(f.resp_p) AS other_port
  FROM d_flows f
  JOIN unasked u ON u.address = f.resp_h
  WHERE f.established AND f.proto IN ('tcp', 'udp') AND f.orientation = 'seen' AND f.resp_p NOT IN (53, 853)
    AND f.site IN (SELECT site FROM begun) AND f.ts < coalesce(u.answered_ts, TIMESTAMP 'infinity')
  GROUP BY ALL
), judged AS (
  SELECT r.*, CASE WHEN r.ts < b.settled THEN 0.1 WHEN s.address IS NOT NULL THEN 0.4 ELSE 0.8 END AS confidence,
    count(*) OVER (PARTITION BY r.site, r.orig_h) AS addresses
  FROM reached r
  JOIN begun b USING (site)
  JOIN addresses o ON o.address = r.orig_h AND o.is_local
  LEFT JOIN (SELECT DISTINCT address FROM names WHERE origin IN ('sni', 'http')) s ON s.address = r.resp_h
)
SELECT
  orig_h AS profile,
  site,
  CASE WHEN addresses > $fold_above THEN min(ts, $fold_above + 1)[$fold_above + 1] ELSE min(ts) END AS ts,
  CASE WHEN addresses > $fold_above THEN 'many addresses' ELSE resp_h END AS key,
  orig_h AS attacker,
  CASE WHEN count(*) = 1 THEN min(resp_h) END AS victim,
  CASE WHEN min(proto) = max(other_proto) THEN min(proto) END AS proto,
  CASE WHEN min(port) = max(other_port) THEN min(port) END AS port,
  max(confidence) AS confidence,
  {addresses: count(*), flows: sum(flows)::BIGINT, bytes: sum(bytes)::BIGINT, examples: min(resp_h, 20),
   answered_ts: CASE WHEN count(*) = 1 THEN min(answered_ts) END} AS details
FROM judged
GROUP BY site, orig_h, addresses, CASE WHEN addresses > $fold_above THEN 'many addresses' ELSE resp_h END
