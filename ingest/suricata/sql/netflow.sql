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
  CASE WHEN proto = 'tcp' AND (ts_flags & 4 = 4 OR tc_flags & 4 = 4 OR (ts_flags & 1 = 1 AND tc_flags & 1 = 1)) THEN 'closed'
    ELSE 'timeout' END AS ended,
  orig_l2_addr, resp_l2_addr, vlan, inner_vlan, community_id, extra
FROM (
  SELECT *, eve_established(proto, NULL, ts_flags, tc_flags, orig_pkts, resp_pkts) AS established
  FROM (
    SELECT r.n, e.flow_id::VARCHAR AS uid, g.started AS ts, eve_seconds(g.started, g.finished) AS duration,
      $src AS orig_h, $dest AS resp_h,
      eve_orig_p(eve_proto(e.proto), e.src_ip, e.src_port, e.icmp_type, e.icmp_code, false) AS orig_p,
      eve_resp_p(eve_proto(e.proto), e.src_ip, e.dest_port, e.icmp_type, e.icmp_code, false) AS resp_p,
      eve_proto(e.proto) AS proto, service_name(e.app_proto) AS service,
      g.orig_pkts, g.resp_pkts,
      eve_ip_bytes(g.orig_bytes, g.orig_pkts) AS orig_ip_bytes, eve_ip_bytes(g.resp_bytes, g.resp_pkts) AS resp_ip_bytes,
      g.ts AS ts_flags, g.tc AS tc_flags,
      eve_mac(e.ether, 'src_mac', 'src_macs') AS orig_l2_addr, eve_mac(e.ether, 'dest_mac', 'dest_macs') AS resp_l2_addr,
      eve_vlan(e.vlan, 1) AS vlan, eve_vlan(e.vlan, 2) AS inner_vlan, e.community_id,
      $extra AS extra
    FROM eve_netflow g JOIN eve e ON e.rowid = g.id JOIN eve_flow_rows r ON r.id = g.id));
