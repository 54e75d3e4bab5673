-- Affected hosts with the techniques of their findings that count, the strongest first, and the findings that name each.
SELECT h.n, h.profile, h.site, h.names, e.role, t.technique,
  list(struct_pack(id := e.evidence_id, shown := e.shown) ORDER BY e.rank)[1:3] AS links
FROM report_hosts h
JOIN report_evidence e ON e.profile = h.profile AND e.site = h.site AND e.counts AND NOT e.is_suppressed AND e.weight > 0
CROSS JOIN unnest(e.techniques) t(technique)
WHERE h.is_local AND h.n <= $hosts
GROUP BY h.n, h.profile, h.site, h.names, e.role, t.technique
ORDER BY h.n, min(e.rank), e.role, t.technique
