-- Flows of a host as originator in each eighth of its windows.
WITH own AS (
  SELECT ts FROM flows WHERE orig_h = $profile AND source_id IN (SELECT source_id FROM sources WHERE site = $site)
)
SELECT strftime(p.tw_start, '%Y-%m-%d %H:%M:%S.%f') AS tw_start,
  (epoch_us(o.ts) - epoch_us(p.tw_start)) * 8 // greatest(1, epoch_us(p.tw_end) - epoch_us(p.tw_start)) AS eighth, count(*) AS flows
FROM own o
JOIN profiles p ON o.ts >= p.tw_start AND o.ts < p.tw_end
WHERE p.profile = $profile AND p.site = $site
GROUP BY ALL
ORDER BY ALL
