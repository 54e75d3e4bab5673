-- Intelligence used in this case.
CREATE TABLE IF NOT EXISTS indicators (
  indicator VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  feed VARCHAR NOT NULL,
  threat_level VARCHAR NOT NULL,
  description VARCHAR
);
