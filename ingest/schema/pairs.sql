-- Ranked pairs of a profile and a destination (beacons, long connections). Scores 0..1.
CREATE TABLE IF NOT EXISTS pairs (
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  dst VARCHAR NOT NULL,
  connections BIGINT NOT NULL,
  bytes BIGINT,
  first_ts TIMESTAMP,
  last_ts TIMESTAMP,
  ts_score DOUBLE,
  ds_score DOUBLE,
  dur_score DOUBLE,
  hist_score DOUBLE,
  beacon_score DOUBLE,
  long_score DOUBLE,
  prevalence DOUBLE,
  score DOUBLE,
  severity VARCHAR
);
