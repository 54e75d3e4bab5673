-- Every answer from outside, so that a run can be replayed.
CREATE TABLE IF NOT EXISTS lookups (
  kind VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  answer JSON,
  sha256 VARCHAR NOT NULL
);
