-- Distinct names of certificates are few; only they meet the patterns.
-- Example: 203.0.113.66:4041 shows CN=AsyncRAT Server to 10.0.0.5 -> key 203.0.113.66, tool AsyncRAT.
WITH certificates AS (
  SELECT subject, issuer FROM d_ssl WHERE subject <> '' OR issuer <> '' GROUP BY ALL
), matching AS (
  SELECT c.subject, c.issuer, min(p.tool) AS tool, max(level_weight(p.level)) AS weight
  FROM certificates c
  JOIN data_certificates p ON regexp_matches(coalesce(c.subject, '') || ', ' || coalesce(c.issuer, ''), p.pattern)
  GROUP BY ALL
)
SELECT
  s.orig_h AS profile,
  s.site,
  min(s.ts) AS ts,
  s.resp_h AS key,
  s.orig_h AS attacker,
  s.resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(s.resp_p) = max(s.resp_p) THEN min(s.resp_p) END AS port,
  0.9 AS confidence,
  CASE max(m.weight) WHEN 1.0 THEN 'critical' WHEN 0.8 THEN 'high' WHEN 0.5 THEN 'medium' ELSE 'low' END AS threat_level,
  {tool: min(m.tool), subject: min(s.subject), issuer: min(s.issuer), handshakes: count(*), server_name: min(nullif(s.server_name, '')),
   last_ts: max(s.ts)} AS details
FROM d_ssl s
JOIN matching m ON m.subject IS NOT DISTINCT FROM s.subject AND m.issuer IS NOT DISTINCT FROM s.issuer
WHERE s.orig_h IS NOT NULL AND s.resp_h IS NOT NULL
GROUP BY s.orig_h, s.site, s.tw_start, s.resp_h
