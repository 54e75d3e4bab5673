-- Evidence that a whitelist rule keeps out of the score.
CREATE TABLE IF NOT EXISTS suppressed (
  evidence_id VARCHAR NOT NULL,
  rule VARCHAR NOT NULL,
  reason VARCHAR NOT NULL
);
