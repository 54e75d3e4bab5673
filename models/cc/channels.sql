-- The letters of each labelled TCP tuple over the whole capture: malicious where most of its labelled flows are, benign where
-- all of them are.
WITH labelled AS (
  SELECT f.site, f.orig_h AS profile, f.resp_h AS dst, f.resp_p AS dport, f.proto,
    count(*) FILTER (l.class = 'malicious') AS malicious, count(*) FILTER (l.class = 'benign') AS benign
  FROM d_flows f JOIN labels l USING (source_id, uid)
  WHERE l.class IS NOT NULL
  GROUP BY ALL
), strings AS (
  SELECT site, profile, dst, dport, proto, right(string_agg(right(letters, 500), '' ORDER BY tw_start), 500) AS letters
  FROM letters WHERE direction = 'out' AND proto = 'tcp'
  GROUP BY ALL
)
SELECT g.number AS grp, s.profile, s.dst, s.dport, s.proto, s.letters, (l.malicious > l.benign)::INTEGER AS label
FROM labelled l
JOIN strings s ON s.site = l.site AND s.profile = l.profile AND s.dst = l.dst AND s.dport IS NOT DISTINCT FROM l.dport AND s.proto = l.proto
JOIN model_groups g ON g.site = l.site
WHERE l.malicious > l.benign OR l.malicious = 0
ORDER BY g.number, s.profile, s.dst, s.dport, s.proto
