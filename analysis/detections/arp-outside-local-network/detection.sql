-- Per sender, window and target that is not on the sender's network.
-- Example: 192.168.1.15 asks for 69.220.152.0 -> one finding, key 69.220.152.0.
WITH asked AS (
  SELECT canonical_ip(orig_h) AS orig_h, site, tw_start, canonical_ip(resp_h) AS resp_h, min(ts) AS ts, max(ts) AS last_ts,
    count(*) AS messages, count(*) FILTER (lower(operation) = 'request') AS requests
  FROM d_arp
  WHERE orig_h <> resp_h
  GROUP BY ALL
), placed AS (
  SELECT a.*, o.is_local AND NOT r.is_local AS outside, r.scope = 'public' AS public, private_block(o.key) <> private_block(r.key) AS other_block
  FROM asked a JOIN addresses o ON o.address = a.orig_h JOIN addresses r ON r.address = a.resp_h
  WHERE r.scope IN ('public', 'private', 'shared')
    AND (o.scope IN ('private', 'shared') OR (getvariable('home_net_given') AND o.scope = 'public'))
)
SELECT
  orig_h AS profile,
  site,
  ts,
  resp_h AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'arp' AS proto,
  NULL AS port,
  CASE WHEN public OR getvariable('home_net_given') THEN 0.6 ELSE $other_block_confidence END AS confidence,
  {messages: messages, requests: requests, last_ts: last_ts} AS details
FROM placed
WHERE CASE WHEN getvariable('home_net_given') THEN outside ELSE public OR other_block END
