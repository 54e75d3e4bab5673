-- One row per subject (host, detection, key): its first finding tells the sentence, the others are counted.
-- Info level and suppressed findings tell no story. The strongest subjects are kept, then put in order of time.
WITH subjects AS (
  SELECT site, profile, is_local, detection, key,
    min(struct_pack(ts := ts, id := evidence_id, level := threat_level, description := left(description, $text + 1))) AS first_one,
    min(ts) AS first_ts, max(ts) AS last_ts, count(*) AS findings, max(weight) AS weight, max(strength) AS strength,
    list(struct_pack(id := evidence_id, shown := shown) ORDER BY ts, evidence_id)[1:$links + 1] AS links
  FROM report_evidence
  WHERE weight > 0 AND NOT is_suppressed
  GROUP BY site, profile, is_local, detection, key
), chosen AS (
  SELECT *, count(*) OVER () AS subjects FROM subjects
  ORDER BY strength DESC, findings DESC, first_ts, site, profile, detection, key
  LIMIT $story
)
SELECT site, profile, is_local, detection, key, iso(first_ts) AS first_ts, iso(last_ts) AS last_ts, findings, subjects,
  first_one.level AS level, first_one.description AS description, links
FROM chosen
ORDER BY first_ts, strength DESC, site, profile, detection, key
