-- What the passes fill, as far as the feeds have such kinds.
CREATE OR REPLACE TEMP TABLE intel_seen (kind VARCHAR, value VARCHAR);
CREATE OR REPLACE TEMP TABLE intel_addresses (address VARCHAR, key BLOB, public BOOLEAN, asn BIGINT);
CREATE OR REPLACE TEMP TABLE intel_names (name VARCHAR);
CREATE OR REPLACE TEMP TABLE intel_ranges (
  lo BLOB, hi BLOB, public BOOLEAN, indicator VARCHAR, feed VARCHAR, threat_level VARCHAR, description VARCHAR);
CREATE OR REPLACE TEMP TABLE intel_range_hits (
  address VARCHAR, indicator VARCHAR, feed VARCHAR, threat_level VARCHAR, description VARCHAR);
CREATE OR REPLACE TEMP TABLE intel_below (name VARCHAR, parent VARCHAR);
CREATE OR REPLACE TEMP TABLE intel_hits (
  kind VARCHAR, subject VARCHAR, indicator VARCHAR, threat_level VARCHAR, confidence DOUBLE, feeds VARCHAR[], indicators VARCHAR[],
  description VARCHAR);
