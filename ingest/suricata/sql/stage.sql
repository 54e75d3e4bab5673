-- One row per line, in line order: what every event has, its own object as JSON text (`content`), and the rest as text.
-- Narrow, because all of the file passes through it.
CREATE OR REPLACE TEMP TABLE eve AS
SELECT "timestamp", flow_id, event_type, src_ip, src_port, dest_ip, dest_port, proto, app_proto,
  icmp_type, icmp_code, tx_id, community_id, direction, vlan, ether,
  CASE WHEN flow IS NOT NULL THEN {
    pkts_toserver: flow.pkts_toserver, pkts_toclient: flow.pkts_toclient,
    bytes_toserver: flow.bytes_toserver, bytes_toclient: flow.bytes_toclient,
    "start": flow."start", "end": flow."end",
    src_ip: flow.src_ip, dest_ip: flow.dest_ip, src_port: flow.src_port, dest_port: flow.dest_port
  } END AS flow,
  CASE WHEN event_type = 'flow' THEN flow.state END AS source_state,
  CASE WHEN event_type = 'flow' THEN eve_ended(flow.state, flow.reason) END AS ended,
  eve_flags(CASE event_type WHEN 'flow' THEN tcp.tcp_flags_ts WHEN 'netflow' THEN tcp.tcp_flags END) AS ts_flags,
  eve_flags(CASE event_type WHEN 'flow' THEN tcp.tcp_flags_tc END) AS tc_flags,
  $content AS content,
  CASE WHEN event_type = 'smtp' THEN email END AS email,
  $rest AS rest
FROM $scan;
