-- Labels of the Label column: `flow=From-Botnet-V42-UDP-DNS` (tools that print `flow=` before a text that has it double it).
INSERT INTO labels
SELECT
  $source_id,
  derived_uid($capture_id, n),
  label_name(text),
  CASE WHEN label_name(text) <> text THEN text END,
  label_class(text),
  'column'
FROM (
  SELECT n, regexp_replace(label, '^(flow=)+', '') AS text
  FROM argus_rows
  WHERE reason IS NULL AND proto <> 'arp' AND label IS NOT NULL
)
WHERE text <> ''
ORDER BY n;
