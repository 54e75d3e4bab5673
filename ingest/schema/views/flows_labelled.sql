-- Flows with their ground truth, one row per flow.
CREATE OR REPLACE VIEW flows_labelled AS
SELECT f.*, l.label, l.detailed_label, l.class, l.origin AS label_origin
FROM flows f LEFT JOIN labels l ON l.source_id = f.source_id AND l.uid = f.uid;
