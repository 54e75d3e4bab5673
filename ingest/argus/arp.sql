-- Argus sums up the ARP packets of a pair of addresses in one record: one row, its counts (and label) in `extra`.
INSERT INTO arp
SELECT
  $capture_id,
  $source_id,
  n,
  ts,
  CASE dir WHEN 'who' THEN 'request' WHEN 'tell' THEN 'reply' END,
  orig_l2_addr,
  resp_l2_addr,
  orig_h,
  resp_h,
  NULL,
  NULL,
  ('{' || concat_ws(',',
    CASE WHEN state IS NOT NULL THEN '"State":' || json_value_text(state) END,
    '"duration":' || round(duration, 6),
    '"orig_pkts":' || orig_pkts,
    '"resp_pkts":' || resp_pkts,
    '"TotPkts":' || tot_pkts,
    '"TotBytes":' || tot_bytes,
    CASE WHEN label IS NOT NULL THEN '"Label":' || to_json(label) END,
    members) || '}')::JSON
FROM argus_rows
WHERE reason IS NULL AND proto = 'arp'
ORDER BY n;
