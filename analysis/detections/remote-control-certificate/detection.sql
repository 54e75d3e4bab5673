-- Names of owners and of issuers, each once: only they meet the patterns, not every pair of them.
-- Example: 203.0.113.66:4041 shows CN=AsyncRAT Server to 10.0.0.5 -> key 203.0.113.66, tool AsyncRAT.
WITH texts AS (
  SELECT subject AS name FROM d_ssl WHERE subject <> '' UNION SELECT issuer FROM d_ssl WHERE issuer <> ''
), matching AS (
  SELECT t.name, min(p.tool) AS tool, max(level_weight(p.level)) AS weight
  FROM texts t
  JOIN data_certificates p ON regexp_matches(t.name, p.pattern)
  GROUP BY t.name
), shown AS (
  SELECT s.*, least(a.tool, b.tool) AS tool, greatest(a.weight, b.weight) AS weight
  FROM d_ssl s
  LEFT JOIN matching a ON a.name = s.subject
  LEFT JOIN matching b ON b.name = s.issuer
  WHERE a.name IS NOT NULL OR b.name IS NOT NULL
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
  CASE max(s.weight) WHEN 1.0 THEN 'critical' WHEN 0.8 THEN 'high' WHEN 0.5 THEN 'medium' ELSE 'low' END AS threat_level,
  {tool: min(s.tool), subject: min(s.subject), issuer: min(s.issuer), handshakes: count(*), server_name: min(nullif(s.server_name, '')),
   last_ts: max(s.ts)} AS details
FROM shown s
WHERE s.orig_h IS NOT NULL AND s.resp_h IS NOT NULL
GROUP BY s.orig_h, s.site, s.tw_start, s.resp_h
