-- Events that cannot be kept, with the reason. Content values are checked beside it, per event type.
CREATE OR REPLACE TEMP TABLE eve_bad AS
SELECT id, reason FROM (
  SELECT rowid AS id,
    CASE
      WHEN event_type IS NULL THEN 'no event_type'
      WHEN "timestamp" IS NULL THEN 'no timestamp'
      WHEN NOT eve_time_ok("timestamp") THEN 'timestamp out of range'
      WHEN $bad_address THEN 'invalid address'
      WHEN src_port NOT BETWEEN 0 AND 65535 OR dest_port NOT BETWEEN 0 AND 65535 THEN 'port out of range'
      WHEN icmp_type NOT BETWEEN 0 AND 255 OR icmp_code NOT BETWEEN 0 AND 255 THEN 'ICMP type or code out of range'
      WHEN event_type IN ($known) AND event_type <> 'flow' AND NOT coalesce(starts_with(content::VARCHAR, '{'), false) THEN 'no ' || event_type || ' object'
      WHEN event_type = 'flow' AND flow IS NULL THEN 'no flow object'
      WHEN event_type IN ('flow', 'netflow') AND (src_ip IS NULL OR dest_ip IS NULL OR proto IS NULL) THEN 'flow without address or proto'
      WHEN event_type = 'flow' AND flow."start" IS NULL THEN 'flow without start'
      WHEN flow IS NOT NULL THEN
        CASE
          WHEN NOT eve_time_ok(flow."start") OR NOT eve_time_ok(flow."end") THEN 'flow time out of range'
          WHEN flow."end" < flow."start" THEN 'flow ends before it starts'
          WHEN least(flow.pkts_toserver, flow.pkts_toclient, flow.bytes_toserver, flow.bytes_toclient) < 0 THEN 'negative counter'
          WHEN greatest(flow.pkts_toserver, flow.pkts_toclient, flow.bytes_toserver, flow.bytes_toclient) > 9007199254740992
            THEN 'absurd counter'
        END
    END AS reason
  FROM eve)
WHERE reason IS NOT NULL
$values
