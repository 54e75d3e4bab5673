-- Protocol oddities.
CREATE TABLE IF NOT EXISTS weird (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  uid VARCHAR,
  ts TIMESTAMP,
  orig_h VARCHAR,
  orig_p INTEGER,
  resp_h VARCHAR,
  resp_p INTEGER,
  name VARCHAR,
  addl VARCHAR,
  notice BOOLEAN,
  peer VARCHAR,
  source VARCHAR,
  extra JSON
);
