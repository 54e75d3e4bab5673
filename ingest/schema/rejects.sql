-- What could not be parsed. place: `line N`, `offset N`, `record N` or `file`. sample: at most 200 bytes, escaped.
CREATE TABLE IF NOT EXISTS rejects (
  capture_id VARCHAR NOT NULL,
  place VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  sample VARCHAR
);
