-- Per near end and window: far ends of GRE tunnels. Example: 10.0.2.15 has one to 115.112.11.30 -> key 115.112.11.30.
WITH ends AS (
  SELECT orig_h, site, tw_start, resp_h, min(ts) AS ts, max(ts) AS last_ts, count(*) AS records,
    count(*) FILTER (action ILIKE '%DISCOVER') AS discovered
  FROM d_tunnel
  WHERE tunnel_type ILIKE '%GRE' AND orig_h IS NOT NULL AND resp_h IS NOT NULL
  GROUP BY ALL
), counted AS (
  SELECT *, count(*) OVER (PARTITION BY orig_h, site, tw_start) >= $scan_hosts AS scan
  FROM ends
)
SELECT
  orig_h AS profile,
  site,
  CASE WHEN scan THEN min(ts, $scan_hosts)[$scan_hosts] ELSE min(ts) END AS ts,
  CASE WHEN scan THEN 'scan' ELSE resp_h END AS key,
  orig_h AS attacker,
  CASE WHEN NOT scan THEN resp_h END AS victim,
  'gre' AS proto,
  NULL AS port,
  1 AS confidence,
  CASE WHEN scan THEN 'medium' END AS threat_level,
  {far: CASE WHEN scan THEN count(*) || ' hosts' ELSE min(resp_h) END, records: sum(records)::BIGINT, discovered: sum(discovered)::BIGINT, last_ts: max(last_ts)} AS details
FROM counted
GROUP BY orig_h, site, tw_start, scan, CASE WHEN scan THEN 'scan' ELSE resp_h END, CASE WHEN NOT scan THEN resp_h END
