-- One row per sentence: a subject (host, detection, key) with its first finding, the others counted. A host with more than
-- $fold subjects of a detection gets one sentence for them all, told by the strongest, and so do more than $fold outside
-- hosts without an alert.
-- Info level and suppressed findings tell no story. The strongest sentences are kept, then put in order of time.
WITH telling AS (
  SELECT * FROM report_evidence WHERE weight > 0 AND NOT is_suppressed
), crowds AS (
  SELECT detection, count(*) AS hosts
  FROM (
    SELECT DISTINCT detection, site, profile FROM telling t
    WHERE NOT is_local AND NOT EXISTS (SELECT 1 FROM report_hosts h WHERE h.site = t.site AND h.profile = t.profile)
  )
  GROUP BY detection
), busy AS (
  SELECT detection, site, profile, count(DISTINCT key) AS subjects FROM telling GROUP BY detection, site, profile
), placed AS (
  SELECT t.*, b.subjects > $fold AS many_subjects,
    coalesce(c.hosts, 0) > $fold AND NOT t.is_local AND h.profile IS NULL AS many_hosts
  FROM telling t
  JOIN busy b ON b.detection = t.detection AND b.site = t.site AND b.profile = t.profile
  LEFT JOIN crowds c ON c.detection = t.detection
  LEFT JOIN report_hosts h ON h.site = t.site AND h.profile = t.profile
), sentences AS (
  SELECT detection, is_local, many_hosts, many_subjects OR many_hosts AS folded,
    CASE WHEN many_hosts THEN '' ELSE site END AS in_site,
    CASE WHEN many_hosts THEN '' ELSE profile END AS host,
    CASE WHEN many_hosts OR many_subjects THEN '' ELSE key END AS subject,
    min(struct_pack(o := CASE WHEN many_subjects OR many_hosts THEN rank ELSE 0 END, ts := ts, id := evidence_id, level := threat_level, description := left(description, $text + 1))) AS first_one,
    min(ts) AS first_ts, max(ts) AS last_ts, count(*) AS findings, count(DISTINCT (site, profile)) AS hosts,
    max(strength) AS strength,
    list(struct_pack(id := evidence_id, shown := shown) ORDER BY ts, evidence_id)[1:$links] AS links
  FROM placed
  GROUP BY ALL
), chosen AS (
  SELECT *, count(*) OVER () AS sentences FROM sentences
  ORDER BY strength DESC, findings DESC, first_ts, in_site, host, detection, subject
  LIMIT $story
)
SELECT detection, is_local, folded, in_site AS site, host, hosts, iso(first_one.ts) AS ts, iso(first_ts) AS first_ts, iso(last_ts) AS last_ts,
  findings,
  sentences, first_one.level AS level, first_one.description AS description, links
FROM chosen
ORDER BY first_one.ts, strength DESC, in_site, host, detection, subject
