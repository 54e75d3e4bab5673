-- Windows of hosts without a flow in them: of hosts with evidence, as DHCP or mail records give, whose score would have no
-- place, and of hosts that asked by ARP (who only answers is, like a responder of flows, no profile). The sender 0.0.0.0 asks
-- whether an address is free and is no host yet.
INSERT INTO profiles
WITH seen AS (
  SELECT profile, site, tw_start, ts FROM evidence WHERE counts
  UNION ALL
  SELECT canonical_ip(orig_h) AS profile, site, tw_start, ts FROM d_arp
  WHERE lower(operation) = 'request' AND orig_h <> '0.0.0.0' AND ts IS NOT NULL
)
SELECT
  e.profile, e.site, e.tw_start, 0, window_end(e.tw_start), coalesce(bool_or(a.is_local), false),
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, min(e.ts), max(e.ts), 0, false
FROM seen e LEFT JOIN addresses a ON a.address = e.profile
WHERE e.profile IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.profile = e.profile AND p.site = e.site AND p.tw_start = e.tw_start)
GROUP BY e.profile, e.site, e.tw_start
ORDER BY e.profile, e.site, e.tw_start;
