-- Evidence that enters the score, with its strength s = weight x confidence. Both ways of scoring read it.
CREATE OR REPLACE TEMP TABLE counting AS
SELECT e.evidence_id, e.detection, e.site, e.profile, e.tw_start, e.ts, round(e.weight * e.confidence, 6) AS s
FROM evidence e
WHERE e.counts;
