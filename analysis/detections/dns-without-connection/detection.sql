-- `addresses` has every end of a flow: a name is used when one of its addresses is there, or when traffic carried it.
-- Example: 10.0.0.5 gets 203.0.113.9 for c2.example, nobody talks to it -> key c2.example.
WITH asked AS (
  SELECT site, orig_h, lower(rtrim(query, '.')) AS name, min(ts) AS ts, max(ts) AS last_ts, count(*) AS queries
  FROM d_dns
  WHERE (qtype_name = 'A' OR qtype_name = 'AAAA') AND coalesce(rcode_name, 'NOERROR') = 'NOERROR' AND len(answers) > 0
    AND resp_p NOT IN (137, 5353, 5355) AND orig_h IS NOT NULL AND contains(rtrim(query, '.'), '.')
    AND NOT ends_with(lower(rtrim(query, '.')), '.arpa') AND NOT starts_with(lower(query), 'wpad.') AND NOT contains(query, '*')
  GROUP BY ALL
), used AS (
  SELECT name FROM names WHERE origin IN ('sni', 'http') OR address IN (SELECT address FROM addresses)
), unused AS (
  SELECT a.* FROM asked a
  JOIN (SELECT site, max(ts) - to_minutes($wait_minutes) AS decided FROM d_flows GROUP BY site) c ON c.site = a.site AND a.ts <= c.decided
  WHERE a.name NOT IN (SELECT name FROM used WHERE name IS NOT NULL)
    AND NOT list_bool_or(list_transform($skip_domains, lambda d: ends_with(a.name, '.' || d)))
), answers AS (
  SELECT name, min(address) AS address, count(*) AS addresses FROM names
  WHERE origin = 'dns' AND name IN (SELECT name FROM unused) AND address_scope(address) = 'public'
  GROUP BY name
), counted AS (
  SELECT u.*, n.address, count(*) OVER (PARTITION BY u.site, u.orig_h) AS names
  FROM unused u
  JOIN answers n USING (name)
)
SELECT
  orig_h AS profile,
  site,
  CASE WHEN names > $fold_above THEN min(ts, $fold_above + 1)[$fold_above + 1] ELSE min(ts) END AS ts,
  CASE WHEN names > $fold_above THEN 'many names' ELSE name END AS key,
  orig_h AS attacker,
  NULL AS victim,
  NULL AS proto,
  NULL AS port,
  0.8 AS confidence,
  {names: count(*), queries: sum(queries)::BIGINT, examples: min(name, 20), address: CASE WHEN count(*) = 1 THEN min(address) END,
   last_ts: max(last_ts)} AS details
FROM counted
GROUP BY site, orig_h, names, CASE WHEN names > $fold_above THEN 'many names' ELSE name END
