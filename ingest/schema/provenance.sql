-- Facts about how the case was made: versions, configuration, hashes.
CREATE TABLE IF NOT EXISTS provenance (
  key VARCHAR NOT NULL,
  value VARCHAR
);
