-- Where the packets of a flow lie in its capture: byte offsets of packet records.
CREATE TABLE IF NOT EXISTS packet_index (
  flow_id BIGINT NOT NULL,
  capture_id VARCHAR NOT NULL,
  offsets BIGINT[]
);
