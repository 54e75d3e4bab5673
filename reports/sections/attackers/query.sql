-- Addresses outside the local networks with an alert, and their strongest findings.
SELECT h.n, h.profile, h.site, h.alerts, h.score, h.findings, h.names, h.detections,
  iso(h.first_ts) AS first_ts, iso(h.last_ts) AS last_ts, d.as_org, d.country,
  (SELECT list(struct_pack(id := e.evidence_id, shown := e.shown) ORDER BY e.rank)[1:$links]
   FROM report_evidence e WHERE e.profile = h.profile AND e.site = h.site AND e.in_alert) AS links
FROM report_hosts h
LEFT JOIN addresses d ON d.address = h.profile
WHERE NOT h.is_local AND h.n <= $attackers
ORDER BY h.n
