-- One alert per window at or above the threshold. Its time is that of the evidence that crossed it, in (ts, evidence_id)
-- order: only evidence that raises its detection's maximum can, so only those prefixes are scored.
UPDATE profiles SET score = w.score, alerted = w.score >= getvariable('evidence_threshold')::DOUBLE
FROM window_scores w
WHERE w.site = profiles.site AND w.profile = profiles.profile AND w.tw_start = profiles.tw_start;

CREATE OR REPLACE TEMP TABLE alerted_windows AS
SELECT * FROM window_scores WHERE score >= getvariable('evidence_threshold')::DOUBLE;

CREATE OR REPLACE TEMP TABLE raising AS
SELECT * FROM (
  SELECT c.*, row_number() OVER w AS k,
    max(s) OVER (PARTITION BY c.site, c.profile, c.tw_start, c.detection ORDER BY c.ts, c.evidence_id
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM counting c JOIN alerted_windows a USING (site, profile, tw_start)
  WINDOW w AS (PARTITION BY c.site, c.profile, c.tw_start ORDER BY c.ts, c.evidence_id)
)
WHERE before IS NULL OR s > before;

CREATE OR REPLACE TEMP TABLE crossings AS
SELECT site, profile, tw_start, min(struct_pack(k := k, ts := ts)).ts AS ts
FROM (
  SELECT site, profile, tw_start, k, min(ts) AS ts,
    round(1 - list_reduce(list_prepend(1::DOUBLE, list(1 - s ORDER BY detection)), lambda x, y: x * y), 6) AS score
  FROM (
    SELECT a.site, a.profile, a.tw_start, a.k, a.ts, b.detection, max(b.s) AS s
    FROM raising a JOIN raising b
      ON b.site = a.site AND b.profile = a.profile AND b.tw_start = a.tw_start AND b.k <= a.k
    GROUP BY ALL
  )
  GROUP BY ALL
)
WHERE score >= getvariable('evidence_threshold')::DOUBLE
GROUP BY ALL;

INSERT INTO alerts
SELECT
  stable_id([a.site, a.profile, a.tw_start::VARCHAR]), a.profile, a.site, a.tw_start, window_end(a.tw_start),
  coalesce(x.ts, l.last_ts), a.score, getvariable('evidence_threshold')::DOUBLE, a.evidence_count,
  a.evidence_count || CASE WHEN a.evidence_count = 1 THEN ' finding: ' ELSE ' findings: ' END
    || array_to_string(a.strongest[1:3], ', ')
    || CASE WHEN len(a.strongest) > 3 THEN ' and ' || (len(a.strongest) - 3) || ' more' ELSE '' END
FROM alerted_windows a
LEFT JOIN crossings x USING (site, profile, tw_start)
JOIN (SELECT site, profile, tw_start, max(ts) AS last_ts FROM counting GROUP BY ALL) l USING (site, profile, tw_start)
ORDER BY a.tw_start, a.site, a.profile;

INSERT INTO alert_evidence
SELECT stable_id([c.site, c.profile, c.tw_start::VARCHAR]), c.evidence_id
FROM counting c JOIN alerted_windows a USING (site, profile, tw_start)
ORDER BY 1, 2;
