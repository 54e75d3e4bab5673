-- lint-allow: arg_min: rank, capture, table and row together are unique.
-- Flows of events that have no flow event, one per uid: so that evidence can point to a flow.
-- rank 0: the event names client and server; 1: an alert that says its direction; 2: a guess.
CREATE OR REPLACE TEMP TABLE eve_loose AS
WITH events AS (
  SELECT capture_id, 1 AS tbl, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, proto, 'dns' AS service, 0 AS rank, NULL::JSON AS flow
  FROM dns WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 2, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, 'tcp', 'http', 0, NULL FROM http WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 3, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, coalesce(eve_proto(extra->>'$.proto'), 'tcp'),
    CASE WHEN json_exists(extra, '$.quic') THEN 'quic,ssl' ELSE 'ssl' END, 0, NULL FROM ssl WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 4, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, 'tcp', 'ssh', 0, NULL FROM ssh WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 5, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, 'tcp', 'smtp', 0, NULL FROM smtp WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 6, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, 'tcp', 'ftp', 0, NULL FROM ftp WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 7, "row", uid, ts,
    CASE WHEN reply THEN dst ELSE src END, CASE WHEN reply THEN dest_port ELSE src_port END,
    CASE WHEN reply THEN src ELSE dst END, CASE WHEN reply THEN src_port ELSE dest_port END, 'udp', 'dhcp', 0, NULL
  FROM (
    SELECT capture_id, "row", uid, ts, (m->>'$.dhcp.type') = 'reply' AS reply,
      canonical_ip(m->>'$.src_ip') AS src, TRY_CAST(m->>'$.src_port' AS INTEGER) AS src_port,
      canonical_ip(m->>'$.dest_ip') AS dst, TRY_CAST(m->>'$.dest_port' AS INTEGER) AS dest_port
    FROM (SELECT *, coalesce(extra->'$.messages[0]', extra) AS m FROM dhcp WHERE source_id = $source))
  UNION ALL
  SELECT capture_id, 8, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, proto, service_name(app_proto),
    CASE
      WHEN json_exists(extra, '$.flow.src_ip') OR (extra->>'$.direction') IN ('to_server', 'to_client') THEN 1
      WHEN ((extra->>'$.flow.pkts_toclient')::BIGINT = 0) <> ((extra->>'$.flow.pkts_toserver')::BIGINT = 0) THEN 1
      ELSE 2
    END,
    (extra->'$.flow')
  FROM suricata_alert WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 9, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, coalesce(eve_proto(extra->>'$.proto'), 'tcp'), lower(source), 2, NULL
  FROM files WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 10, "row", uid, ts, orig_h, orig_p, resp_h, resp_p, eve_proto(extra->>'$.proto'), NULL, 2, NULL
  FROM weird WHERE source_id = $source
  UNION ALL
  SELECT capture_id, 11, "row", uid, ts, canonical_ip(record->>'$.src_ip'),
    eve_orig_p(eve_proto(record->>'$.proto'), (record->>'$.src_ip'), TRY_CAST(record->>'$.src_port' AS INTEGER),
      TRY_CAST(record->>'$.icmp_type' AS INTEGER), TRY_CAST(record->>'$.icmp_code' AS INTEGER), false),
    canonical_ip(record->>'$.dest_ip'),
    eve_resp_p(eve_proto(record->>'$.proto'), (record->>'$.src_ip'), TRY_CAST(record->>'$.dest_port' AS INTEGER),
      TRY_CAST(record->>'$.icmp_type' AS INTEGER), TRY_CAST(record->>'$.icmp_code' AS INTEGER), false),
    eve_proto(record->>'$.proto'), service_name(record->>'$.app_proto'), 2, NULL
  FROM other WHERE source_id = $source
)
SELECT e.*, c.first_ts, c.sha256
FROM events e JOIN captures c USING (capture_id)
WHERE e.uid IS NOT NULL AND e.orig_h IS NOT NULL AND e.resp_h IS NOT NULL AND e.proto IS NOT NULL
  AND e.uid NOT IN (SELECT uid FROM flows WHERE source_id = $source);

INSERT INTO flows BY NAME
WITH chosen AS (
  SELECT uid, arg_min({capture_id: capture_id, orig_h: orig_h, orig_p: orig_p, resp_h: resp_h, resp_p: resp_p, proto: proto, rank: rank},
      (rank, first_ts, sha256, tbl, "row")) AS e,
    min(ts) AS seen,
    min((TRY_CAST(flow->>'$.start' AS TIMESTAMPTZ))::TIMESTAMP) AS started,
    -- Counters grow from alert to alert: the last are the highest.
    max((flow->>'$.pkts_toserver')::BIGINT) AS orig_pkts, max((flow->>'$.pkts_toclient')::BIGINT) AS resp_pkts,
    max((flow->>'$.bytes_toserver')::BIGINT) AS orig_frames, max((flow->>'$.bytes_toclient')::BIGINT) AS resp_frames,
    array_to_string(list(DISTINCT service ORDER BY service), ',') AS service
  FROM eve_loose GROUP BY uid
),
sized AS (
  SELECT uid, e.capture_id AS capture_id, e.orig_h AS orig_h, e.orig_p AS orig_p, e.resp_h AS resp_h, e.resp_p AS resp_p,
    e.proto AS proto, e.rank AS rank, least(seen, coalesce(started, seen)) AS ts, nullif(service, '') AS service, orig_pkts, resp_pkts,
    eve_ip_bytes(orig_frames, orig_pkts) AS orig_ip_bytes, eve_ip_bytes(resp_frames, resp_pkts) AS resp_ip_bytes,
    -- Counted at the time of the alert: no answer so far says nothing.
    CASE WHEN e.proto <> 'tcp' AND orig_pkts > 0 AND resp_pkts > 0 THEN true END AS established
  FROM chosen
),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY capture_id ORDER BY ts, uid) AS n, row_number() OVER (ORDER BY ts, uid) AS k FROM sized
)
SELECT (SELECT coalesce(max(flow_id), -1) FROM flows) + k AS flow_id, n.capture_id, $source AS source_id,
  coalesce(f.top, 0) + n AS "row", uid, ts, orig_h, orig_p, resp_h, resp_p, proto, service,
  orig_pkts, resp_pkts, orig_ip_bytes, resp_ip_bytes, orig_ip_bytes AS orig_size, resp_ip_bytes AS resp_size,
  established, CASE WHEN established THEN 'established' ELSE 'unknown' END AS outcome,
  CASE WHEN rank < 2 THEN 'seen' ELSE 'guessed' END AS orientation, 'event' AS ended
FROM numbered n LEFT JOIN (SELECT capture_id, max("row") AS top FROM flows WHERE source_id = $source GROUP BY capture_id) f
  ON f.capture_id = n.capture_id;

DROP TABLE eve_loose;
