-- Models that scored this case.
CREATE TABLE IF NOT EXISTS models_used (
  module VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  sha256 VARCHAR NOT NULL,
  threshold DOUBLE NOT NULL
);
