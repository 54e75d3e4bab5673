-- Argus rows as flows. Argus counts frames: 14 bytes of each are Ethernet. Where only the packets of both directions
-- together are known, the sizes stay those of the frames.
INSERT INTO flows
SELECT
  $flow_base + row_number() OVER () - 1,
  $capture_id,
  $source_id,
  n,
  derived_uid($capture_id, n),
  ts,
  duration,
  orig_h,
  orig_p,
  resp_h,
  resp_p,
  proto,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  orig_pkts,
  resp_pkts,
  orig_ip_bytes,
  resp_ip_bytes,
  coalesce(orig_ip_bytes, orig_frames),
  coalesce(resp_ip_bytes, resp_frames),
  CASE outcome WHEN 'established' THEN true WHEN 'unknown' THEN NULL ELSE false END,
  outcome,
  CASE WHEN contains(dir, '?') OR dir IN ('', 'who') OR (proto = 'tcp' AND contains(state, '_') AND NOT contains(pre, 'S'))
    THEN 'guessed' ELSE 'seen' END,
  argus_ended(proto, state, pre, suf),
  NULL,
  NULL,
  orig_l2_addr,
  resp_l2_addr,
  vlan,
  NULL,
  NULL,
  NULL,
  state,
  CASE WHEN extra <> '' THEN ('{' || extra || '}')::JSON END
FROM (
  SELECT *,
    argus_outcome(proto, state, pre, suf, two_way, tot_pkts, orig_p, orig_pkts, resp_pkts, orig_frames, resp_frames) AS outcome,
    concat_ws(',', members,
      CASE WHEN orig_pkts IS NULL AND tot_pkts IS NOT NULL THEN '"TotPkts":' || tot_pkts END,
      CASE WHEN orig_frames IS NULL AND tot_bytes IS NOT NULL THEN '"TotBytes":' || tot_bytes END,
      CASE WHEN proto = 'udp' AND lower(proto_text) NOT IN ('udp', '17') THEN '"Proto":' || json_value_text(proto_text) END,
      CASE WHEN proto = 'icmp' OR (has_ports(proto) AND sport_number IS NOT NULL) OR sport IS NULL THEN NULL
           ELSE '"Sport":' || json_value_text(sport) END,
      CASE WHEN (has_ports(proto) AND dport_number IS NOT NULL) OR dport IS NULL THEN NULL
           WHEN proto = 'icmp' AND NOT starts_with(sport, '0x') THEN NULL
           ELSE '"Dport":' || json_value_text(dport) END) AS extra
  FROM (
    SELECT *,
      CASE WHEN orig_frames < 14 * orig_pkts THEN 0 ELSE orig_frames - 14 * orig_pkts END AS orig_ip_bytes,
      CASE WHEN resp_frames < 14 * resp_pkts THEN 0 ELSE resp_frames - 14 * resp_pkts END AS resp_ip_bytes,
      CASE WHEN orig_pkts IS NOT NULL AND resp_pkts IS NOT NULL THEN orig_pkts > 0 AND resp_pkts > 0
           WHEN orig_frames IS NOT NULL AND resp_frames IS NOT NULL THEN orig_frames > 0 AND resp_frames > 0
           WHEN proto <> 'tcp' AND contains(dir, '<') AND contains(dir, '>') THEN true END AS two_way
    FROM argus_rows
    WHERE reason IS NULL AND proto <> 'arp'
  )
);
