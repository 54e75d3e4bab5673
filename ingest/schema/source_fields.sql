-- Columns that a source can give at all (`table`, `field`): what decides ran or not_decided for a detection.
CREATE TABLE IF NOT EXISTS source_fields (
  source_id VARCHAR NOT NULL,
  tbl VARCHAR NOT NULL,
  field VARCHAR NOT NULL
);
