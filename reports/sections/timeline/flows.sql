-- Flows by bar.
SELECT (epoch_us(ts) // $width::BIGINT)::BIGINT AS bin, count(*) AS flows
FROM report_flows
WHERE ts >= $from::TIMESTAMP AND ts < $until::TIMESTAMP
GROUP BY 1
ORDER BY 1
