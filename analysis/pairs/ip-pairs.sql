-- Every pair of addresses with sums over the rows of the scope, and whether it is kept: local source, destination outside,
-- neither multicast, broadcast, loopback, link-local nor reserved. `total_bytes` is both directions; times are seconds.
-- Example: 10.0.0.5 connects to 203.0.113.9 forty times -> one row, connections 40, kept.
CREATE OR REPLACE TEMP TABLE ip_pairs AS
WITH summed AS (
  SELECT site, orig_h, resp_h, count(*) AS connections,
    sum(coalesce(orig_size, 0) + coalesce(resp_size, 0))::BIGINT AS total_bytes,
    coalesce(sum((duration * 1000000)::BIGINT), 0)::BIGINT AS duration_us,
    min(ts) AS first_ts, max(ts) AS last_ts
  FROM d_flows
  WHERE getvariable('pairs_rows_from') IS NULL OR ts >= getvariable('pairs_rows_from')
  GROUP BY ALL
)
SELECT s.*, o.is_local AS local_orig, r.is_local AS local_resp,
  o.is_local AND NOT r.is_local AND o.scope IN ('private', 'shared', 'public') AND r.scope IN ('private', 'shared', 'public') AS kept
FROM summed s
JOIN addresses o ON o.address = s.orig_h
JOIN addresses r ON r.address = s.resp_h;
