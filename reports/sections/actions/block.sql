-- Addresses outside that a firewall may drop: they attacked in an alert, or an affected host kept a channel to them
-- (command and control techniques, level medium or more).
WITH named AS (
  SELECT e.attacker AS address, 'attacked' AS why, e.strength
  FROM report_evidence e WHERE e.in_alert AND e.counts AND e.attacker IS NOT NULL
  UNION ALL
  SELECT e.victim AS address, 'channel' AS why, e.strength
  FROM report_evidence e
  JOIN report_hosts h ON h.site = e.site AND h.profile = e.profile AND h.is_local
  WHERE e.counts AND NOT e.is_suppressed AND e.role = 'attacker' AND e.victim IS NOT NULL
    AND e.weight >= 0.5
    AND list_has_any(
      list_transform(e.techniques, lambda t: t[1:5]),
      ['T1008', 'T1071', 'T1090', 'T1095', 'T1102', 'T1104', 'T1132', 'T1219', 'T1568', 'T1571', 'T1572', 'T1573']
    )
), outside AS (
  SELECT n.address, a.key, min(n.why) AS why, max(n.strength) AS strength
  FROM named n JOIN addresses a ON a.address = n.address
  WHERE NOT a.is_local AND list_contains(['public', 'private', 'shared'], a.scope)
  GROUP BY n.address, a.key
)
SELECT address, why, address LIKE '%:%' AS six, count(*) OVER () AS total
FROM outside
ORDER BY strength DESC, address
LIMIT $blocked
