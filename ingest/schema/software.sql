-- Software seen on a host.
CREATE TABLE IF NOT EXISTS software (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  ts TIMESTAMP,
  host VARCHAR,
  host_p INTEGER,
  software_type VARCHAR,
  name VARCHAR,
  version_major BIGINT,
  version_minor BIGINT,
  version_minor2 BIGINT,
  version_minor3 BIGINT,
  version_addl VARCHAR,
  unparsed_version VARCHAR,
  extra JSON
);
