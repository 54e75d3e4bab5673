-- One row per address, site and window. tw numbers windows of the case from 1; tw_start is the key.
-- flows: as originator (with --direction all also as responder in server_*). Sizes in bytes (orig_size/resp_size of flows).
-- active_seconds: sum of durations as originator. *_est, *_not_est: established or not (unknown counts as neither).
CREATE TABLE IF NOT EXISTS profiles (
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  tw_start TIMESTAMP NOT NULL,
  tw INTEGER NOT NULL,
  tw_end TIMESTAMP NOT NULL,
  is_local BOOLEAN NOT NULL,
  flows BIGINT NOT NULL,
  flows_est BIGINT NOT NULL,
  flows_not_est BIGINT NOT NULL,
  flows_tcp BIGINT NOT NULL,
  flows_udp BIGINT NOT NULL,
  flows_icmp BIGINT NOT NULL,
  server_flows BIGINT NOT NULL,
  peers BIGINT NOT NULL,
  peers_not_est BIGINT NOT NULL,
  dst_ports BIGINT NOT NULL,
  dst_ports_not_est BIGINT NOT NULL,
  pkts BIGINT NOT NULL,
  bytes_sent BIGINT NOT NULL,
  bytes_received BIGINT NOT NULL,
  server_pkts BIGINT NOT NULL,
  server_bytes_sent BIGINT NOT NULL,
  server_bytes_received BIGINT NOT NULL,
  active_seconds DOUBLE NOT NULL,
  first_ts TIMESTAMP NOT NULL,
  last_ts TIMESTAMP NOT NULL,
  score DOUBLE NOT NULL DEFAULT 0,
  alerted BOOLEAN NOT NULL DEFAULT false
);
