-- First and last flow among the days that are drawn.
SELECT epoch_us(min(ts))::BIGINT AS first_us, epoch_us(max(ts))::BIGINT AS last_us
FROM report_flows
WHERE ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
