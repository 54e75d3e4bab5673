-- Tuples of a host with their letters over all windows, the highest C&C score first. $direction as `letters` writes it.
WITH tuples AS (
  SELECT dst, dport, proto, string_agg(letters, '' ORDER BY tw_start, "offset") AS letters, sum(flows)::BIGINT AS flows,
    max(cc_score) AS cc_score
  FROM letters
  WHERE profile = $profile AND site = $site AND direction = $direction
  GROUP BY dst, dport, proto
)
SELECT t.dst, t.dport, t.proto, right(t.letters, 400) AS letters, t.flows, t.cc_score, a.as_org, a.country,
  (SELECT min(name) FROM names n WHERE n.address = t.dst) AS name, count(*) OVER () AS total
FROM tuples t
LEFT JOIN addresses a ON a.address = t.dst
ORDER BY t.cc_score DESC NULLS LAST, t.flows DESC, t.dst, t.dport, t.proto
LIMIT $limit
