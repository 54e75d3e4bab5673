INSERT INTO flows BY NAME
SELECT
  $flow_base + n - 1 AS flow_id,
  $capture AS capture_id,
  $source AS source_id,
  $row_base + n AS "row",
  coalesce(uid, derived_uid($capture, $row_base + n)) AS uid,
  ts, round(duration, 6) AS duration,
  orig_h, orig_p, resp_h, resp_p, proto, service,
  orig_pkts, resp_pkts, orig_ip_bytes, resp_ip_bytes,
  orig_ip_bytes AS orig_size, resp_ip_bytes AS resp_size,
  established,
  eve_outcome(proto, established, ts_flags, tc_flags, orig_pkts, resp_pkts) AS outcome,
  'seen' AS orientation,
  ended, orig_l2_addr, resp_l2_addr, vlan, inner_vlan, community_id, source_state, extra
FROM (
  SELECT *,
    eve_established(proto, source_state, ts_flags, tc_flags, orig_pkts, resp_pkts) AS established,
    eve_ip_bytes(orig_frames, orig_pkts) AS orig_ip_bytes,
    eve_ip_bytes(resp_frames, resp_pkts) AS resp_ip_bytes
  FROM (
    SELECT e.n, e.flow_id::VARCHAR AS uid,
      e.flow."start"::TIMESTAMP AS ts,
      eve_seconds(e.flow."start", e.flow."end") AS duration,
      $src AS orig_h, $dest AS resp_h,
      eve_orig_p(eve_proto(e.proto), e.src_ip, e.src_port, e.icmp_type, e.icmp_code, false) AS orig_p,
      eve_resp_p(eve_proto(e.proto), e.src_ip, e.dest_port, e.icmp_type, e.icmp_code, false) AS resp_p,
      eve_proto(e.proto) AS proto,
      service_name(e.app_proto) AS service,
      e.flow.pkts_toserver AS orig_pkts, e.flow.pkts_toclient AS resp_pkts,
      e.flow.bytes_toserver AS orig_frames, e.flow.bytes_toclient AS resp_frames,
      e.ts_flags, e.tc_flags,
      e.source_state,
      e.ended,
      eve_mac(e.ether, 'src_mac', 'src_macs') AS orig_l2_addr, eve_mac(e.ether, 'dest_mac', 'dest_macs') AS resp_l2_addr,
      eve_vlan(e.vlan, 1) AS vlan, eve_vlan(e.vlan, 2) AS inner_vlan,
      e.community_id,
      $extra AS extra
    FROM ($numbered) e));
