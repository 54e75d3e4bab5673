-- One row per ARP request or reply. src_mac, dst_mac: frame addresses; orig_hw, resp_hw: addresses inside the message.
CREATE TABLE IF NOT EXISTS arp (
  capture_id VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL,
  row BIGINT NOT NULL,
  ts TIMESTAMP,
  operation VARCHAR,
  src_mac VARCHAR,
  dst_mac VARCHAR,
  orig_h VARCHAR,
  resp_h VARCHAR,
  orig_hw VARCHAR,
  resp_hw VARCHAR,
  extra JSON
);
