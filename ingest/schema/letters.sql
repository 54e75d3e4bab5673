-- Behavioural letters of a tuple in a window; offset: how many symbols of the tuple came before.
CREATE TABLE IF NOT EXISTS letters (
  profile VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  tw_start TIMESTAMP NOT NULL,
  dst VARCHAR NOT NULL,
  dport INTEGER,
  proto VARCHAR NOT NULL,
  direction VARCHAR NOT NULL,
  letters VARCHAR NOT NULL,
  "offset" BIGINT NOT NULL,
  flows BIGINT NOT NULL,
  cc_score DOUBLE
);
