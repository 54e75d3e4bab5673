-- Records for which no table of their own exists (log: Zeek's path or Suricata's event_type), kept whole.
CREATE TABLE IF NOT EXISTS other (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  uid VARCHAR,
  ts TIMESTAMP,
  log VARCHAR NOT NULL,
  record JSON
);
