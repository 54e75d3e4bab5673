-- The evidence behind an alert.
CREATE TABLE IF NOT EXISTS alert_evidence (
  alert_id VARCHAR NOT NULL,
  evidence_id VARCHAR NOT NULL
);
