-- One row per profile and window whose score reached the threshold. alert_id = 16 hex of SHA-256(site, profile, tw_start).
CREATE TABLE IF NOT EXISTS alerts (
  alert_id VARCHAR NOT NULL,
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  tw_start TIMESTAMP NOT NULL,
  tw_end TIMESTAMP NOT NULL,
  ts TIMESTAMP NOT NULL,
  score DOUBLE NOT NULL,
  threshold DOUBLE NOT NULL,
  evidence_count BIGINT NOT NULL,
  description VARCHAR NOT NULL
);
