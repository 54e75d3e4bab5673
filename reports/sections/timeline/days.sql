-- Flows by day: where the traffic lies, and what lies far from it.
SELECT iso(date_trunc('day', ts)::TIMESTAMP) AS day, count(*) AS flows
FROM report_flows
GROUP BY date_trunc('day', ts)
ORDER BY date_trunc('day', ts)
