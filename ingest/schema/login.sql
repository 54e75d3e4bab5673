-- Logins over telnet, rlogin, rsh.
CREATE TABLE IF NOT EXISTS login (
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
  success BOOLEAN,
  confused BOOLEAN,
  "user" VARCHAR,
  client_user VARCHAR,
  password VARCHAR,
  extra JSON
);
