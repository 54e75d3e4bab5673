-- The unit in which a uid is unique and records belong together: a Zeek directory with all rotations,
-- an EVE set, a pcap series, one Argus or nfdump file. `root` is relative to the INPUT argument.
CREATE TABLE IF NOT EXISTS sources (
  source_id VARCHAR NOT NULL,
  site VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  root VARCHAR NOT NULL,
  details JSON
);
