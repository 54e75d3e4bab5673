-- Ranked domains (subdomain counts, prevalence).
CREATE TABLE IF NOT EXISTS domains (
  domain VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  subdomains BIGINT NOT NULL,
  visits BIGINT NOT NULL,
  hosts BIGINT NOT NULL,
  first_ts TIMESTAMP,
  last_ts TIMESTAMP,
  score DOUBLE,
  severity VARCHAR
);
