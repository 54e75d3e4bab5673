-- One row per finding. evidence_id = 16 hex of SHA-256(detection, site, profile, tw_start, key), joined by the unit separator.
-- weight: number of the threat level; confidence 0..1. role: attacker | victim, of the profile. counts: enters the score.
CREATE TABLE IF NOT EXISTS evidence (
  evidence_id VARCHAR NOT NULL,
  detection VARCHAR NOT NULL,
  module VARCHAR NOT NULL,
  ts TIMESTAMP NOT NULL,
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  tw_start TIMESTAMP NOT NULL,
  role VARCHAR NOT NULL,
  counts BOOLEAN NOT NULL,
  threat_level VARCHAR NOT NULL,
  weight DOUBLE NOT NULL,
  confidence DOUBLE NOT NULL,
  key VARCHAR NOT NULL,
  attacker VARCHAR,
  attacker_kind VARCHAR,
  victim VARCHAR,
  victim_kind VARCHAR,
  proto VARCHAR,
  port INTEGER,
  description VARCHAR NOT NULL,
  techniques VARCHAR[] NOT NULL,
  details JSON
);
