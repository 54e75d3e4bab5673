-- One row per distinct address of the case.
CREATE TABLE IF NOT EXISTS addresses (
  address VARCHAR NOT NULL,
  key BLOB,
  is_local BOOLEAN NOT NULL,
  is_private BOOLEAN NOT NULL,
  scope VARCHAR NOT NULL,
  asn BIGINT,
  as_org VARCHAR,
  country VARCHAR,
  city VARCHAR,
  lat DOUBLE,
  lon DOUBLE,
  mac VARCHAR,
  vendor VARCHAR,
  hostnames VARCHAR[],
  rdns VARCHAR
);
