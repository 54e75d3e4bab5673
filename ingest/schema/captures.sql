-- One row per file. capture_id = first 16 hex of the SHA-256 of the file as given (compressed files: compressed bytes).
-- records = rows that reached a table, rejected = rows of `rejects`. status: loading | complete | live.
CREATE TABLE IF NOT EXISTS captures (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  path VARCHAR NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 VARCHAR NOT NULL,
  records BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  first_ts TIMESTAMP,
  last_ts TIMESTAMP,
  status VARCHAR NOT NULL,
  details JSON
);
