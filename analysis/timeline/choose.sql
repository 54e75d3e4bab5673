-- Windows whose story is stored: those with a finding that counts, highest score first, while their flows stay within
-- timeline_rows in all; a window with more flows than timeline_window_rows is left to the command.
CREATE OR REPLACE TEMP TABLE timeline_candidates AS
WITH found AS (
  SELECT DISTINCT profile, site, tw_start FROM evidence WHERE counts
), sizes AS (
  SELECT profile, site, tw_start, sum(n)::BIGINT AS n FROM (
    SELECT f.orig_h AS profile, f.site, f.tw_start, count(*) AS n
    FROM d_flows f SEMI JOIN found w ON w.profile = f.orig_h AND w.site = f.site AND w.tw_start = f.tw_start
    GROUP BY ALL
    UNION ALL
    SELECT f.resp_h, f.site, f.tw_start, count(*)
    FROM d_flows f SEMI JOIN found w ON w.profile = f.resp_h AND w.site = f.site AND w.tw_start = f.tw_start
    WHERE f.orig_h <> f.resp_h
    GROUP BY ALL
  ) GROUP BY ALL
), ranked AS (
  SELECT p.profile, p.site, p.tw_start, p.tw_end, coalesce(s.n, 0) AS n,
    sum(CASE WHEN coalesce(s.n, 0) <= getvariable('timeline_window_rows')::BIGINT THEN coalesce(s.n, 0) ELSE 0 END)
      OVER (ORDER BY p.score DESC, p.tw_start, p.site, p.profile ROWS UNBOUNDED PRECEDING) AS so_far
  FROM profiles p JOIN found USING (profile, site, tw_start) LEFT JOIN sizes s USING (profile, site, tw_start)
)
SELECT profile, site, tw_start, tw_end, n,
  n <= getvariable('timeline_window_rows')::BIGINT AND so_far <= getvariable('timeline_rows')::BIGINT AS stored
FROM ranked;

CREATE OR REPLACE TEMP TABLE timeline_scope AS
SELECT profile, site, tw_start AS from_ts, tw_end AS to_ts FROM timeline_candidates WHERE stored;
