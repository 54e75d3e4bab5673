-- All findings of the window of a finding, by detection: the strongest that counts is what enters the score.
-- reason: why the rest does not.
WITH here AS (
  SELECT profile, site, tw_start FROM evidence WHERE evidence_id = $id
), all_of_it AS (
  SELECT e.evidence_id, e.detection, e.counts, e.weight, e.confidence, round(e.weight * e.confidence, 6) AS s,
    CASE
      WHEN e.counts THEN NULL
      WHEN e.evidence_id IN (SELECT evidence_id FROM suppressed) THEN 'suppressed'
      WHEN e.weight = 0 THEN 'for information'
      ELSE 'the host is the victim'
    END AS reason
  FROM evidence e JOIN here USING (profile, site, tw_start)
)
SELECT detection, count(*) FILTER (counts) AS counting, count(*) FILTER (NOT counts) AS not_counting,
  list(DISTINCT reason ORDER BY reason) FILTER (reason IS NOT NULL) AS reasons,
  max(s) FILTER (counts) AS s,
  list({evidence_id: evidence_id, weight: weight, confidence: confidence} ORDER BY s DESC, evidence_id) FILTER (counts)[1] AS strongest
FROM all_of_it
GROUP BY detection
ORDER BY detection;
