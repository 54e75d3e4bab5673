-- conn.log rows as flows. `raw` is the parsed log with every column of `flows` that Zeek can give (NULL where absent).
-- Rows that are no flow (bad address, port, time or count) are left out here and become rejects.
INSERT INTO flows
SELECT
  $flow_base + n - 1,
  $capture_id,
  $source_id,
  $row_base + n,
  uid,
  ts,
  duration,
  orig_h,
  orig_p,
  resp_h,
  resp_p,
  proto,
  service_list(service),
  conn_state,
  history,
  orig_bytes,
  resp_bytes,
  missed_bytes,
  orig_pkts,
  resp_pkts,
  orig_ip_bytes,
  resp_ip_bytes,
  coalesce(orig_ip_bytes, orig_bytes),
  coalesce(resp_ip_bytes, resp_bytes),
  established,
  zeek_outcome(proto, conn_state, established, orig_pkts, resp_pkts),
  'seen',
  $ended,
  local_orig,
  local_resp,
  orig_l2_addr,
  resp_l2_addr,
  vlan,
  inner_vlan,
  nullif(tunnel_parents, []),
  community_id,
  conn_state,
  extra
FROM (
  SELECT *,
    row_number() OVER () AS n,
    zeek_established(proto, conn_state, orig_bytes, resp_bytes, orig_pkts, resp_pkts) AS established
  FROM $raw
  WHERE bad IS NULL
);
