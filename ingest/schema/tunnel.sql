-- Tunnels seen.
CREATE TABLE IF NOT EXISTS tunnel (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  uid VARCHAR,
  ts TIMESTAMP,
  orig_h VARCHAR,
  orig_p INTEGER,
  resp_h VARCHAR,
  resp_p INTEGER,
  tunnel_type VARCHAR,
  action VARCHAR,
  extra JSON
);
