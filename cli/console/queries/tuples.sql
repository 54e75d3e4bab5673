-- Tuples of a host with their letters over all windows, the highest C&C score first. $direction as `letters` writes it.
WITH tuples AS (
  SELECT dst, dport, proto, string_agg(letters, '' ORDER BY tw_start, "offset") AS letters, sum(flows)::BIGINT AS flows,
    max(cc_score) AS cc_score
  FROM letters
  WHERE profile = $profile AND site = $site AND direction = $direction
  GROUP BY dst, dport, proto
), asked AS (
  -- The server names asked for last.
  SELECT address, string_agg(name, ' ' ORDER BY place) AS sni
  FROM (
    SELECT address, name, row_number() OVER (PARTITION BY address ORDER BY max(first_ts) DESC NULLS LAST, name) AS place
    FROM names WHERE origin = 'sni' AND address IN (SELECT dst FROM tuples) GROUP BY address, name
  )
  WHERE place <= 3
  GROUP BY address
), told AS (
  SELECT subject, max(answer) AS virustotal FROM lookups WHERE kind = 'virustotal-address' GROUP BY subject
)
SELECT t.dst, t.dport, t.proto, right(t.letters, 400) AS letters, t.flows, t.cc_score, a.as_org, a.country,
  (SELECT min(name) FROM names n WHERE n.address = t.dst AND n.origin <> 'sni') AS name, s.sni, v.virustotal,
  (SELECT count(*) FROM tuples) AS total
FROM tuples t
LEFT JOIN addresses a ON a.address = t.dst
LEFT JOIN asked s ON s.address = t.dst
LEFT JOIN told v ON v.subject = t.dst
ORDER BY t.cc_score DESC NULLS LAST, t.flows DESC, t.dst, t.dport, t.proto
LIMIT $limit
