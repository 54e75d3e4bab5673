-- lint-allow: arg_min arg_max: ordered by line, which is unique.
-- One row per transaction: the messages with one id and client address.
INSERT INTO dhcp BY NAME
WITH messages AS (
  SELECT line, uid, ts, v, coalesce(v.id::VARCHAR || '/' || coalesce(v.client_mac, ''), 'line ' || line) AS k, orig_h, resp_h,
    v.type = 'reply' AS reply, upper(v.dhcp_type) AS message, $extra AS extra
  FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['dhcp']))
),
grouped AS (
  SELECT min(line) AS line, min(ts) AS ts, arg_min(uid, line) AS uid,
    list(uid ORDER BY line) FILTER (uid IS NOT NULL) AS all_uids,
    arg_max(nullif(v.assigned_ip, '0.0.0.0'), line) FILTER (message = 'ACK') AS acked,
    arg_max(nullif(v.client_ip, '0.0.0.0'), line) FILTER (nullif(v.client_ip, '0.0.0.0') IS NOT NULL) AS held,
    arg_max(orig_h, line) FILTER (reply) AS replier,
    arg_min(v.client_mac, line) AS mac, arg_max(v.hostname, line) FILTER (v.hostname IS NOT NULL) AS host_name,
    arg_max(v.client_fqdn, line) FILTER (v.client_fqdn IS NOT NULL) AS client_fqdn,
    arg_max(v.domain, line) FILTER (v.domain IS NOT NULL) AS domain,
    arg_max(v.requested_ip, line) FILTER (v.requested_ip IS NOT NULL) AS requested,
    arg_max(nullif(v.assigned_ip, '0.0.0.0'), line) FILTER (nullif(v.assigned_ip, '0.0.0.0') IS NOT NULL) AS assigned,
    arg_max(v.lease_time, line) FILTER (v.lease_time IS NOT NULL) AS lease_time,
    list(message ORDER BY line) FILTER (message IS NOT NULL) AS msg_types,
    epoch_us(max(ts)) - epoch_us(min(ts)) AS us, count(*) AS n,
    arg_min(extra, line) AS first_extra, to_json(list(extra ORDER BY line) FILTER (extra IS NOT NULL)) AS all_extra
  FROM messages GROUP BY k
)
SELECT $capture AS capture_id, $source AS source_id, $row_base + row_number() OVER (ORDER BY line) AS "row",
  ts, uid, list_sort(list_distinct(all_uids)) AS uids,
  canonical_ip(coalesce(acked, held)) AS client_addr, canonical_ip(replier) AS server_addr,
  lower(mac) AS mac, host_name, client_fqdn, domain,
  canonical_ip(requested) AS requested_addr, canonical_ip(assigned) AS assigned_addr, lease_time::DOUBLE AS lease_time,
  msg_types, round(us / 1000000.0, 6) AS duration,
  CASE WHEN n = 1 THEN first_extra ELSE json_object('messages', all_extra) END AS extra
FROM grouped;
