-- One row per DHCP transaction. uids: the flows that carried it; uid is the first of them. lease_time, duration in seconds.
CREATE TABLE IF NOT EXISTS dhcp (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  ts TIMESTAMP,
  uid VARCHAR,
  uids VARCHAR[],
  client_addr VARCHAR,
  server_addr VARCHAR,
  mac VARCHAR,
  host_name VARCHAR,
  client_fqdn VARCHAR,
  domain VARCHAR,
  requested_addr VARCHAR,
  assigned_addr VARCHAR,
  lease_time DOUBLE,
  client_message VARCHAR,
  server_message VARCHAR,
  msg_types VARCHAR[],
  duration DOUBLE,
  extra JSON
);
