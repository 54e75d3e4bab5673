-- One row per detection of the last run. status: ran | not_decided | disabled | failed. parameters: name -> {value, origin}.
CREATE TABLE IF NOT EXISTS detection_runs (
  detection VARCHAR NOT NULL,
  sql_sha256 VARCHAR NOT NULL,
  parameters JSON,
  status VARCHAR NOT NULL,
  reason VARCHAR,
  findings BIGINT NOT NULL
);
