-- What a profile did in a window with one peer and port: the aggregates behind scans and the console's port views.
-- role: client (profile is the originator) | server. port: resp_p of the flow (ICMP: type*256 + code).
-- established: NULL when the source does not say.
CREATE TABLE IF NOT EXISTS profile_peers (
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  tw_start TIMESTAMP NOT NULL,
  role VARCHAR NOT NULL,
  peer VARCHAR NOT NULL,
  port INTEGER,
  proto VARCHAR NOT NULL,
  established BOOLEAN,
  flows BIGINT NOT NULL,
  pkts BIGINT NOT NULL,
  bytes_sent BIGINT NOT NULL,
  bytes_received BIGINT NOT NULL,
  first_ts TIMESTAMP NOT NULL,
  last_ts TIMESTAMP NOT NULL
);
