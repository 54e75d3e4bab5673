-- First and last second of kept flows: the span that histogram and coverage measure.
-- Example: kept flows from 08:00:00.4 to 12:59:59.9 -> 08:00:00 and 12:59:59 as seconds since the epoch.
CREATE OR REPLACE TEMP TABLE pair_bounds AS
SELECT epoch_us(min(first_ts)) // 1000000 AS lo, epoch_us(max(last_ts)) // 1000000 AS hi
FROM (
  SELECT first_ts, last_ts FROM ip_pairs WHERE kept
  UNION ALL SELECT min(ts), max(ts) FROM sni_flows WHERE proxied
);
