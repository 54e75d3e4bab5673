-- Flows with the name they asked for: TLS server name, and the Host of the newest HTTP request of a connection. CONNECT:
-- the name asked of a proxy, which may be local itself. Only local sources and, but for CONNECT, destinations outside.
-- Example: 10.0.0.5 asks the proxy 10.0.0.2 for CONNECT www.example.com:443 -> one row, name www.example.com, proxied.
CREATE OR REPLACE TEMP TABLE sni_flows AS
WITH newest AS (
  SELECT source_id, uid, host, method
  FROM d_http
  WHERE uid IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY source_id, uid ORDER BY ts DESC, capture_id DESC, row DESC) = 1
), named AS (
  SELECT source_id, uid, lower(server_name) AS name, false AS proxied FROM d_ssl WHERE server_name <> '' AND uid IS NOT NULL
  UNION ALL
  SELECT source_id, uid, lower(host), coalesce(method = 'CONNECT', false) FROM newest WHERE host <> ''
), once AS (
  SELECT source_id, uid, name, max(proxied) AS proxied FROM named GROUP BY ALL
), outside AS (
  -- Names of proxied requests that are public addresses, or no addresses at all.
  SELECT DISTINCT name FROM once WHERE proxied AND address_scope(regexp_replace(name, ':\d+$', '')) = 'public'
)
SELECT f.flow_id, f.site, f.orig_h, f.resp_h, n.name, n.proxied, f.ts,
  coalesce(f.orig_size, 0) AS size, coalesce(f.orig_size, 0) + coalesce(f.resp_size, 0) AS total_bytes,
  coalesce((f.duration * 1000000)::BIGINT, 0) AS duration_us
FROM once n
JOIN d_flows f ON f.source_id = n.source_id AND f.uid = n.uid
JOIN addresses o ON o.address = f.orig_h
JOIN addresses r ON r.address = f.resp_h
WHERE o.is_local AND o.scope IN ('private', 'shared', 'public')
  AND CASE WHEN n.proxied THEN n.name IN (FROM outside)
      ELSE NOT r.is_local AND r.scope IN ('private', 'shared', 'public') END
  AND (getvariable('pairs_rows_from') IS NULL OR f.ts >= getvariable('pairs_rows_from'));
