-- Alerts by bar, of local and of other hosts.
SELECT (epoch_us(ts) // $width::BIGINT)::BIGINT AS bin, count(*) AS alerts
FROM report_alerts
WHERE ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
GROUP BY 1
ORDER BY 1
