-- Zeek notices. src, dst: the addresses that the notice names; p: its port.
CREATE TABLE IF NOT EXISTS notice (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  uid VARCHAR,
  ts TIMESTAMP,
  orig_h VARCHAR,
  orig_p INTEGER,
  resp_h VARCHAR,
  resp_p INTEGER,
  fuid VARCHAR,
  proto VARCHAR,
  note VARCHAR,
  msg VARCHAR,
  sub VARCHAR,
  src VARCHAR,
  dst VARCHAR,
  p INTEGER,
  n BIGINT,
  actions VARCHAR[],
  suppress_for DOUBLE,
  extra JSON
);
