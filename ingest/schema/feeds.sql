-- Feeds used in this case.
CREATE TABLE IF NOT EXISTS feeds (
  feed VARCHAR NOT NULL,
  sha256 VARCHAR NOT NULL,
  as_of TIMESTAMP,
  entries BIGINT NOT NULL
);
