-- Ranked registrable domains (a name below a public suffix). subdomains: distinct names asked; visits: queries; hosts:
-- distinct profiles that asked. score: threat of many subdomains or of a listed name (0..0.8) plus modifiers; 0 without a threat.
-- direct_hosts: hosts that connected to addresses of the domain without having asked for it.
-- intel_feeds: feeds that list the domain or a name below it; NULL: none.
CREATE TABLE IF NOT EXISTS domains (
  domain VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  subdomains BIGINT NOT NULL,
  visits BIGINT NOT NULL,
  hosts BIGINT NOT NULL,
  first_ts TIMESTAMP,
  last_ts TIMESTAMP,
  score DOUBLE,
  severity VARCHAR,
  prevalence DOUBLE,
  direct_hosts BIGINT,
  dns_score DOUBLE,
  prevalence_modifier DOUBLE,
  direct_modifier DOUBLE,
  intel_feeds VARCHAR,
  intel_threat DOUBLE
);
