-- The finding with the given id, what its rule gave, and where its window stands.
SELECT e.evidence_id, e.detection, e.module, strftime(e.ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS ts, e.profile, e.site,
  strftime(e.tw_start, '%Y-%m-%dT%H:%M:%S.%fZ') AS tw_start,
  (SELECT strftime(min(p.tw_end), '%Y-%m-%dT%H:%M:%S.%fZ') FROM profiles p WHERE p.tw_start = e.tw_start) AS tw_end,
  (SELECT min(p.tw) FROM profiles p WHERE p.tw_start = e.tw_start) AS tw,
  e.role, e.counts, e.threat_level, e.weight, e.confidence, round(e.weight * e.confidence, 6) AS strength, e.key,
  e.attacker, e.attacker_kind, e.victim, e.victim_kind, e.proto, e.port, e.description, e.techniques, e.details,
  (SELECT min(p.score) FROM profiles p WHERE p.profile = e.profile AND p.site = e.site AND p.tw_start = e.tw_start) AS stored_score,
  (SELECT concat_ws(', ', min(a.rdns), 'AS' || min(a.asn), min(a.as_org), min(a.country)) FROM addresses a
   WHERE a.address = e.attacker AND NOT a.is_local) AS attacker_network,
  (SELECT concat_ws(', ', min(a.rdns), 'AS' || min(a.asn), min(a.as_org), min(a.country)) FROM addresses a
   WHERE a.address = e.victim AND NOT a.is_local) AS victim_network,
  (SELECT count(*) FROM evidence_flows x WHERE x.evidence_id = e.evidence_id) AS flows
FROM evidence e
WHERE e.evidence_id = $id
ORDER BY e.evidence_id;
