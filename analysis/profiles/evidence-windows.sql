-- Windows of hosts that have evidence but no flow in them, as ARP, DHCP or mail records give: without a row their score has
-- no place.
INSERT INTO profiles
SELECT
  e.profile, e.site, e.tw_start, 0, window_end(e.tw_start), coalesce(bool_or(a.is_local), false),
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, min(e.ts), max(e.ts), 0, false
FROM evidence e LEFT JOIN addresses a ON a.address = e.profile
WHERE e.counts AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.profile = e.profile AND p.site = e.site AND p.tw_start = e.tw_start)
GROUP BY e.profile, e.site, e.tw_start
ORDER BY e.profile, e.site, e.tw_start;
