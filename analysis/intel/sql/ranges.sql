-- Addresses inside listed networks. Networks that overlap or lie in one another are joined to islands first: one ASOF join
-- leaves the few addresses that are inside any; only these are compared with every network.
-- Example: 10.0.0.0/8 and 10.1.0.0/16 are one island; 10.1.2.3 is inside it and then found in both.
CREATE OR REPLACE TEMP TABLE intel_range_hits AS
WITH ordered AS (
  SELECT lo, hi, max(hi) OVER (ORDER BY lo, hi ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (SELECT DISTINCT lo, hi FROM intel_ranges)
), numbered AS (
  SELECT lo, hi, count(*) FILTER (before IS NULL OR before < lo) OVER (ORDER BY lo, hi ROWS UNBOUNDED PRECEDING) AS island FROM ordered
), islands AS (
  SELECT min(lo) AS lo, max(hi) AS hi FROM numbered GROUP BY island
), inside AS (
  SELECT a.address, a.key, a.public FROM intel_addresses a ASOF JOIN islands i ON a.key >= i.lo WHERE a.key <= i.hi
)
SELECT a.address, r.indicator, r.feed, r.threat_level, r.description
FROM inside a JOIN intel_ranges r ON a.key >= r.lo AND a.key <= r.hi AND a.public = r.public;
