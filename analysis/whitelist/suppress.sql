-- Evidence whose attacker (src) or victim (dst) a rule names: by network, MAC, name or organisation of its AS.
INSERT INTO suppressed
WITH parties AS (
  SELECT evidence_id, attacker AS subject, attacker_kind AS kind, true AS is_src FROM evidence WHERE attacker IS NOT NULL
  UNION ALL
  SELECT evidence_id, victim, victim_kind, false FROM evidence WHERE victim IS NOT NULL
), addressed AS (
  SELECT p.*, a.key, a.mac, a.asn, a.as_org FROM parties p JOIN addresses a ON a.address = p.subject
), named AS (
  SELECT p.evidence_id, p.is_src, n.name FROM parties p JOIN names n ON n.address = p.subject
  UNION
  SELECT evidence_id, is_src, lower(subject) FROM parties WHERE kind = 'domain'
)
SELECT evidence_id, rule, min(reason) FROM (
  SELECT p.evidence_id, w.rule, p.subject || ' is whitelisted' AS reason
  FROM addressed p JOIN wl_networks w ON p.key BETWEEN w.lo AND w.hi AND CASE WHEN p.is_src THEN w.src ELSE w.dst END
  UNION ALL
  SELECT p.evidence_id, w.rule, p.subject || ' has the whitelisted MAC ' || p.mac
  FROM addressed p JOIN wl_macs w ON lower(p.mac) = w.mac AND CASE WHEN p.is_src THEN w.src ELSE w.dst END
  UNION ALL
  SELECT n.evidence_id, w.rule, n.name || ' is whitelisted'
  FROM named n JOIN wl_domains w ON in_domain(n.name, w.name) AND CASE WHEN n.is_src THEN w.src ELSE w.dst END
  UNION ALL
  SELECT p.evidence_id, w.rule, p.subject || ' is in AS' || p.asn || coalesce(' of ' || p.as_org, '')
  FROM addressed p JOIN wl_asns w ON p.asn = w.asn AND CASE WHEN p.is_src THEN w.src ELSE w.dst END
  UNION ALL
  SELECT p.evidence_id, w.rule, p.subject || ' belongs to ' || p.as_org
  FROM addressed p JOIN wl_organizations w ON contains(org_words(p.as_org), w.name) AND trim(w.name) <> '' AND CASE WHEN p.is_src THEN w.src ELSE w.dst END
)
GROUP BY evidence_id, rule
ORDER BY evidence_id, rule;

UPDATE evidence SET counts = false WHERE evidence_id IN (SELECT evidence_id FROM suppressed);
