-- Whether a row of detection_runs is of a detection that ran and yet could not decide for some of the sources. The words are
-- those of `partlyDecided` (analysis/detection/requires.ts).
CREATE OR REPLACE TEMP MACRO partly_decided(status, reason) AS status = 'ran' AND coalesce(starts_with(reason, 'not decided for '), false);
