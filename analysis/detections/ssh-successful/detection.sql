-- Per client, server and window: sessions that got in, by verdict and by size.
-- Example: ssh.log says auth_success T for 10.0.0.5 -> 10.0.0.9 -> one finding, key 10.0.0.9, by_verdict 1.
WITH judged AS (
  SELECT DISTINCT source_id, uid FROM d_ssh WHERE auth_success IS NOT NULL AND uid IS NOT NULL
), sessions AS (
  SELECT site, tw_start, ts, orig_h, resp_h, resp_p, true AS verdict, NULL::BIGINT AS bytes
  FROM d_ssh
  WHERE auth_success AND orig_h IS NOT NULL AND resp_h IS NOT NULL
  UNION ALL
  SELECT site, tw_start, ts, orig_h, resp_h, resp_p, false,
    coalesce(orig_bytes + resp_bytes, greatest(0, orig_size + resp_size - 52 * (orig_pkts + resp_pkts)))
  FROM d_flows f
  WHERE contains(service, 'ssh') AND established AND orientation = 'seen'
    AND coalesce(orig_bytes + resp_bytes, greatest(0, orig_size + resp_size - 52 * (orig_pkts + resp_pkts))) > $bytes
    AND NOT EXISTS (SELECT 1 FROM judged j WHERE j.source_id = f.source_id AND j.uid = f.uid)
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  CASE WHEN bool_or(verdict) THEN 0.8 ELSE 0.5 END AS confidence,
  {sessions: count(*), by_verdict: count(*) FILTER (verdict), by_size: count(*) FILTER (NOT verdict), most_bytes: max(bytes)} AS details
FROM sessions
GROUP BY orig_h, site, tw_start, resp_h
