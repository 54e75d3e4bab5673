-- Evidence that enters the score, with its strength s = weight x confidence. Both ways of scoring read it. Windows before
-- score_from, if that is set, keep their scores.
CREATE OR REPLACE TEMP TABLE counting AS
SELECT e.evidence_id, e.detection, e.site, e.profile, e.tw_start, e.ts, round(e.weight * e.confidence, 6) AS s
FROM evidence e
WHERE e.counts AND e.tw_start >= coalesce(getvariable('score_from'), '-infinity'::TIMESTAMP);
