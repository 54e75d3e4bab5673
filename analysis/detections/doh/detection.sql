-- By name from the handshakes; by address from flows to those listed addresses that the case has at all.
-- Example: 10.0.0.5 asks 203.0.113.9 for mozilla.cloudflare-dns.com -> key mozilla.cloudflare-dns.com.
WITH resolvers AS (
  SELECT r.value, r.operator FROM data_resolvers r JOIN addresses a ON a.address = r.value WHERE r.kind = 'address'
), asked AS (
  SELECT site, tw_start, orig_h, resp_h, lower(server_name) AS name, min(ts) AS ts, max(ts) AS last_ts, count(*) AS n
  FROM d_ssl
  WHERE server_name <> '' AND resp_p IS DISTINCT FROM 853 AND orig_h IS NOT NULL
  GROUP BY ALL
), named AS (
  SELECT DISTINCT n.name, r.operator
  FROM (
    SELECT DISTINCT name, unnest([name, regexp_replace(name, '^[^.]+\.', '')]) AS tried FROM (SELECT DISTINCT name FROM asked)
  ) n
  JOIN data_resolvers r ON r.kind = 'name' AND r.value = n.tried
), by_name AS (
  SELECT a.*, n.operator FROM asked a JOIN named n USING (name)
), by_address AS (
  SELECT f.site, f.tw_start, f.orig_h, f.resp_h, r.operator, min(f.ts) AS ts, max(f.ts) AS last_ts, count(*) AS n
  FROM d_flows f
  JOIN resolvers r ON r.value = f.resp_h
  WHERE f.resp_p = 443 AND f.established AND f.orientation = 'seen'
  GROUP BY ALL
), found AS (
  SELECT site, tw_start, orig_h, name AS key, resp_h, operator, ts, last_ts, n, 0.9 AS confidence FROM by_name
  UNION ALL
  SELECT site, tw_start, orig_h, resp_h, resp_h, operator, ts, last_ts, n, 0.6 FROM by_address b
  WHERE NOT EXISTS (SELECT 1 FROM by_name a WHERE a.site = b.site AND a.tw_start = b.tw_start AND a.orig_h = b.orig_h AND a.resp_h = b.resp_h)
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  key,
  orig_h AS attacker,
  CASE WHEN min(resp_h) = max(resp_h) THEN min(resp_h) END AS victim,
  NULL AS proto,
  443 AS port,
  max(confidence) AS confidence,
  {operator: min(operator), connections: sum(n)::BIGINT, addresses: count(DISTINCT resp_h), last_ts: max(last_ts)} AS details
FROM found
GROUP BY orig_h, site, tw_start, key
