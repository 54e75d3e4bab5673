-- Suricata alerts. severity: 1 is the worst. action: allowed | blocked.
CREATE TABLE IF NOT EXISTS suricata_alert (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  uid VARCHAR,
  ts TIMESTAMP,
  orig_h VARCHAR,
  orig_p INTEGER,
  resp_h VARCHAR,
  resp_p INTEGER,
  proto VARCHAR,
  app_proto VARCHAR,
  action VARCHAR,
  gid BIGINT,
  signature_id BIGINT,
  rev BIGINT,
  signature VARCHAR,
  category VARCHAR,
  severity INTEGER,
  metadata JSON,
  extra JSON
);
