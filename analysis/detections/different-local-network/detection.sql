-- Private addresses outside of the own network are few: they are found first, flows with them after.
-- Example: 192.168.1.5 tries 10.1.2.3 in vain in a network of 192.168.* -> one finding, key 10.1.2.3.
WITH own AS (
  SELECT site, min({before: -flows, block: block}).block AS block
  FROM (
    SELECT p.site, private_block(a.key) AS block, sum(p.flows)::BIGINT AS flows
    FROM profiles p JOIN addresses a ON a.address = p.profile
    GROUP BY ALL
  )
  WHERE block IS NOT NULL
  GROUP BY ALL
), foreign_addresses AS (
  SELECT o.site, a.address, array_to_string(string_split(a.address, '.')[1:3], '.') AS net
  FROM addresses a, own o
  WHERE NOT contains(a.address, ':') AND a.scope IN ('private', 'shared')
    AND CASE WHEN getvariable('home_net_given') THEN NOT a.is_local ELSE private_block(a.key) <> o.block END
), touching AS (
  SELECT f.orig_h, f.site, f.tw_start, f.resp_h, o.net AS orig_net, r.net AS resp_net, f.established, f.ts
  FROM d_flows f
  JOIN foreign_addresses o ON o.site = f.site AND o.address = f.orig_h
  LEFT JOIN foreign_addresses r ON r.site = f.site AND r.address = f.resp_h
  UNION ALL
  SELECT f.orig_h, f.site, f.tw_start, f.resp_h, NULL, r.net, f.established, f.ts
  FROM d_flows f
  JOIN foreign_addresses r ON r.site = f.site AND r.address = f.resp_h
  ANTI JOIN foreign_addresses o ON o.site = f.site AND o.address = f.orig_h
), touched AS (
  SELECT orig_h, site, tw_start, resp_h, orig_net, resp_net, established, min(ts) AS ts, max(ts) AS last_ts, count(*) AS flows
  FROM touching
  GROUP BY ALL
), routed AS (
  SELECT site, orig_net AS net FROM touched WHERE established AND orig_net IS NOT NULL
  UNION
  SELECT site, resp_net FROM touched WHERE established AND resp_net IS NOT NULL
)
SELECT
  t.orig_h AS profile,
  t.site,
  min(t.ts) AS ts,
  t.resp_h AS key,
  t.orig_h AS attacker,
  t.resp_h AS victim,
  NULL AS proto,
  NULL AS port,
  0.5 AS confidence,
  {outside: CASE WHEN t.resp_net IS NULL THEN 'source' ELSE 'destination' END, flows: sum(t.flows)::BIGINT, last_ts: max(t.last_ts)} AS details
FROM touched t
JOIN addresses o ON o.address = t.orig_h
JOIN addresses r ON r.address = t.resp_h
WHERE NOT t.established AND (t.orig_net IS NULL OR t.resp_net IS NULL) AND o.scope IN ('private', 'shared') AND r.scope IN ('private', 'shared')
  AND NOT EXISTS (SELECT 1 FROM routed x WHERE x.site = t.site AND x.net IN (t.orig_net, t.resp_net))
GROUP BY t.orig_h, t.site, t.tw_start, t.resp_h, t.resp_net
