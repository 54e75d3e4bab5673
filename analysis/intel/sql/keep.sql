-- Networks that hold an address of the case are used, too; then all in order.
INSERT INTO indicators SELECT DISTINCT indicator, 'cidr', feed, threat_level, description FROM intel_range_hits;
CREATE OR REPLACE TEMP TABLE intel_sorted AS FROM indicators;
DELETE FROM indicators;
INSERT INTO indicators FROM intel_sorted ORDER BY ALL;
DROP TABLE intel_sorted;
