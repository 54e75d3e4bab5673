-- Which lines make rows of `flows`, in line order: flow events and netflow groups together.
CREATE OR REPLACE TEMP TABLE eve_flow_rows AS
SELECT id, row_number() OVER (ORDER BY id) AS n FROM (
  SELECT rowid AS id FROM eve WHERE event_type = 'flow'
  UNION ALL SELECT id FROM eve_netflow
);
