-- What the case has of a feed's indicators becomes `indicators`; networks are compared when all feeds are read.
INSERT INTO indicators
SELECT p.indicator, p.kind, getvariable('intel_feed'), level_of_rank(max(level_rank(p.level))), min(p.description)
FROM intel_parsed p
SEMI JOIN intel_seen s ON s.kind = p.kind AND s.value = p.indicator
WHERE p.reason IS NULL
GROUP BY p.indicator, p.kind;

INSERT INTO intel_ranges
SELECT lo, hi, ip_scope(lo) = 'public', indicator, getvariable('intel_feed'), level_of_rank(max(level_rank(level))), min(description)
FROM intel_parsed
WHERE reason IS NULL AND kind = 'cidr'
GROUP BY lo, hi, indicator;
