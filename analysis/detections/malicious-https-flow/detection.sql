-- Per client, server and window, from the scores that the model's pass left in https_scores; .5 is the model's threshold.
-- Example: 6 connections 10.0.0.5 -> 203.0.113.66 with scores of .8 and none below .5 -> key 203.0.113.66, 6 flows over.
WITH over AS (
  SELECT f.site, f.tw_start, f.orig_h, f.resp_h, f.resp_p, f.ts, (s.score * 1000000)::BIGINT AS millionths
  FROM https_scores s
  JOIN d_flows f ON f.flow_id = s.flow_id
  WHERE s.score >= 0.5
), channels AS (
  SELECT site, tw_start, orig_h, resp_h, (min(ts, $min_flows))[$min_flows] AS ts, count(*) AS flows_over,
    round(sum(millionths) / count(*) / 1000000, 6) AS mean_score, max(millionths) / 1000000 AS max_score,
    CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port, max(ts) AS last_ts
  FROM over
  GROUP BY site, tw_start, orig_h, resp_h
  HAVING count(*) >= $min_flows
), judged AS (
  SELECT c.site, c.tw_start, c.orig_h, c.resp_h, count(*) AS flows
  FROM channels c
  JOIN d_flows f ON f.site = c.site AND f.tw_start = c.tw_start AND f.orig_h = c.orig_h AND f.resp_h = c.resp_h
  JOIN https_scores s ON s.flow_id = f.flow_id
  GROUP BY c.site, c.tw_start, c.orig_h, c.resp_h
)
SELECT
  c.orig_h AS profile,
  c.site,
  c.ts,
  c.resp_h AS key,
  c.orig_h AS attacker,
  c.resp_h AS victim,
  'tcp' AS proto,
  c.port,
  round(least(0.9, c.mean_score * c.flows_over / (c.flows_over + 1)), 6) AS confidence,
  CASE WHEN c.flows_over >= $medium_flows THEN 'medium' END AS threat_level,
  {flows_over: c.flows_over, flows_scored: j.flows, mean_score: c.mean_score, max_score: c.max_score, last_ts: c.last_ts} AS details
FROM channels c
JOIN judged j USING (site, tw_start, orig_h, resp_h)
WHERE c.flows_over >= $min_share * j.flows
