-- Models that scored the case, and what their detections found in it.
SELECT m.module, m.model, m.sha256, m.threshold
FROM models_used m
ORDER BY m.module, m.model, m.sha256
