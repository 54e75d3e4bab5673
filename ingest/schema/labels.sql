-- Ground truth of labelled captures. class: malicious | benign | NULL. origin: what gave the label (column, file, hosts, option).
CREATE TABLE IF NOT EXISTS labels (
  source_id VARCHAR NOT NULL,
  uid VARCHAR NOT NULL,
  label VARCHAR,
  detailed_label VARCHAR,
  class VARCHAR,
  origin VARCHAR NOT NULL
);
