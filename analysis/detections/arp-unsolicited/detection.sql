-- Per announced address, window and hardware address: replies that went to everybody.
-- Example: 192.168.1.15 sends a reply to ff:ff:ff:ff:ff:ff -> one finding, key its hardware address.
SELECT
  canonical_ip(orig_h) AS profile,
  site,
  min(ts) AS ts,
  coalesce(lower(orig_hw), lower(src_mac), '?') AS key,
  canonical_ip(orig_h) AS attacker,
  CASE WHEN min(resp_h) = max(resp_h) AND min(resp_h) <> min(orig_h) THEN min(canonical_ip(resp_h)) END AS victim,
  'arp' AS proto,
  NULL AS port,
  CASE WHEN bool_and(orig_h IS NOT DISTINCT FROM resp_h) THEN $announcement_confidence ELSE 0.8 END AS confidence,
  {replies: count(*), announcements: count(*) FILTER (orig_h = resp_h), targets: count(DISTINCT resp_h), last_ts: max(ts)} AS details
FROM d_arp
WHERE lower(operation) = 'reply' AND orig_h <> '0.0.0.0'
  AND (lower(dst_mac) = 'ff:ff:ff:ff:ff:ff' OR lower(resp_hw) IN ('ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00'))
GROUP BY canonical_ip(orig_h), site, tw_start, coalesce(lower(orig_hw), lower(src_mac), '?')
