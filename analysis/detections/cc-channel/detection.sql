-- Channels whose score at the end of a window reaches the threshold, at their last flow of that window. Example: 10.0.0.5 calls
-- 203.0.113.9:443/tcp 30 times in an hour like a bot -> one finding, key 203.0.113.9:443:tcp, confidence .6.
WITH scored AS (
  SELECT l.*, l."offset" + l.flows AS so_far
  FROM letters l
  WHERE l.cc_score >= CASE WHEN $min_score > 0 THEN $min_score ELSE (SELECT max(threshold) FROM models_used WHERE module = 'cc') END
    AND l.direction = 'out' AND l."offset" + l.flows >= $min_flows
), located AS (
  SELECT s.*
  FROM scored s JOIN addresses a ON a.address = s.dst
  WHERE a.scope NOT IN ('multicast', 'broadcast')
), last_flows AS (
  SELECT s.profile, s.site, s.tw_start, s.dst, s.dport, s.proto, max(f.ts) AS ts
  FROM located s
  JOIN d_flows f ON f.site = s.site AND f.orig_h = s.profile AND f.resp_h = s.dst AND f.proto = s.proto
    AND f.resp_p IS NOT DISTINCT FROM s.dport AND f.tw_start = s.tw_start
  GROUP BY ALL
)
SELECT
  s.profile,
  s.site,
  t.ts,
  s.dst || ':' || coalesce(s.dport::VARCHAR, '') || ':' || s.proto AS key,
  s.profile AS attacker,
  s.dst AS victim,
  s.proto,
  s.dport AS port,
  least(1, s.so_far / $full_flows) AS confidence,
  {score: s.cc_score, threshold: (SELECT max(threshold) FROM models_used WHERE module = 'cc'), flows: s.so_far, letters: right(s.letters, 100)}
    AS details
FROM located s
JOIN last_flows t ON t.profile = s.profile AND t.site = s.site AND t.tw_start = s.tw_start AND t.dst = s.dst AND t.proto = s.proto
  AND t.dport IS NOT DISTINCT FROM s.dport
