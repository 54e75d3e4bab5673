-- Addresses inside listed networks. Networks that overlap or lie in one another are joined to islands first: one ASOF join
-- leaves the few addresses that are inside any; only these are compared with every network.
-- Example: 10.0.0.0/8 and 10.1.0.0/16 are one island; 10.1.2.3 is inside it and then found in both.
CREATE OR REPLACE TEMP TABLE intel_range_hits AS
WITH ordered AS (
  SELECT lo, hi, max(hi) OVER (ORDER BY lo, hi ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (SELECT DISTINCT lo, hi FROM intel_ranges)
), islands AS (
  -- The highest end before the next island begins is the end of this one.
  SELECT lo, coalesce(lead(before) OVER (ORDER BY lo), (SELECT max(hi) FROM intel_ranges)) AS hi
  FROM ordered
  WHERE before IS NULL OR before < lo
), inside AS (
  SELECT a.address, a.key, a.public FROM intel_addresses a ASOF JOIN islands i ON a.key >= i.lo WHERE a.key <= i.hi
)
SELECT a.address, r.indicator, r.feed, r.threat_level, r.description
FROM inside a JOIN intel_ranges r ON a.key >= r.lo AND a.key <= r.hi
-- Written so that it is no key of the join: two inequalities are joined by sorting, an equality of two values is not.
WHERE CASE WHEN a.public THEN r.public ELSE NOT r.public END;
