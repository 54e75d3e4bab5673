-- The readable story of a profile, one row per flow or event.
CREATE TABLE IF NOT EXISTS timeline (
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  tw_start TIMESTAMP NOT NULL,
  ts TIMESTAMP NOT NULL,
  flow_id BIGINT,
  kind VARCHAR NOT NULL,
  summary VARCHAR NOT NULL,
  details JSON
);
