-- Affected hosts with the techniques of the findings in their alerts, and the findings that name each.
SELECT h.n, h.profile, h.site, h.names, e.role, t.technique,
  list(struct_pack(id := e.evidence_id, shown := e.shown) ORDER BY e.rank)[1:3] AS links
FROM report_hosts h
JOIN report_evidence e ON e.profile = h.profile AND e.site = h.site AND e.in_alert AND e.counts
CROSS JOIN unnest(e.techniques) t(technique)
WHERE h.is_local AND h.n <= $hosts
GROUP BY h.n, h.profile, h.site, h.names, e.role, t.technique
ORDER BY h.n, e.role, t.technique
