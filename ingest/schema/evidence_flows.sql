-- The flows behind a finding.
CREATE TABLE IF NOT EXISTS evidence_flows (
  evidence_id VARCHAR NOT NULL,
  flow_id BIGINT NOT NULL
);
