-- Names of addresses as traffic showed them. origin: dns | sni | http | dhcp.
CREATE TABLE IF NOT EXISTS names (
  address VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  origin VARCHAR NOT NULL,
  first_ts TIMESTAMP
);
