-- First and last flow, finding and alert among the days that are drawn, and findings outside of them.
WITH times AS (
  SELECT min(ts) AS first_ts, max(ts) AS last_ts FROM report_flows WHERE ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
  UNION ALL
  SELECT min(ts), max(ts) FROM report_evidence WHERE ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
  UNION ALL
  SELECT min(ts), max(ts) FROM report_alerts WHERE ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
)
SELECT epoch_us(min(first_ts))::BIGINT AS first_us, epoch_us(max(last_ts))::BIGINT AS last_us,
  (SELECT count(*) FROM report_evidence WHERE ts < $from::TIMESTAMP OR ts >= $until::TIMESTAMP) AS findings_outside
FROM times
