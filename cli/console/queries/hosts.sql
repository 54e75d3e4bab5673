-- Hosts of the tree. $sort: score | address | flows. $search: part of an address or of a name; empty: all.
WITH named AS (
  SELECT DISTINCT address FROM names WHERE $search <> '' AND contains(lower(name), $search)
), captured AS (
  -- Addresses of the interfaces that live captures listened on.
  SELECT unnest(from_json(json_extract(details, '$.addresses'), '["VARCHAR"]')) AS address,
    row_number() OVER (ORDER BY first_ts DESC NULLS FIRST, capture_id) = 1 AS latest
  FROM captures
  WHERE json_extract(details, '$.addresses') IS NOT NULL
), own AS (
  SELECT address, CASE WHEN bool_or(latest) THEN 'me' ELSE 'old me' END AS own FROM captured GROUP BY address
), hosts AS (
  SELECT p.profile, p.site, max(p.score) AS score, count(*) FILTER (p.alerted) AS alerts, bool_or(p.is_local) AS is_local,
    sum(p.flows)::BIGINT AS flows
  FROM profiles p
  WHERE $search = '' OR contains(p.profile, $search) OR p.profile IN (SELECT address FROM named)
  GROUP BY p.profile, p.site
  HAVING NOT $alerted OR count(*) FILTER (p.alerted) > 0
)
SELECT h.profile, h.site, h.score, h.alerts, h.is_local, h.flows, o.own, (SELECT count(*) FROM hosts) AS total
FROM hosts h
LEFT JOIN own o ON o.address = h.profile
LEFT JOIN addresses a ON $sort = 'address' AND a.address = h.profile
ORDER BY CASE WHEN $sort = 'score' THEN h.score END DESC NULLS LAST,
  CASE WHEN $sort = 'score' THEN h.alerts END DESC NULLS LAST,
  CASE WHEN $sort <> 'address' THEN h.flows END DESC NULLS LAST, a.key, h.profile, h.site
LIMIT $limit
