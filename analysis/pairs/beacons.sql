-- Scores of the candidates whose number lies in one part (pairs_from to pairs_to): sorted times and sizes and the counts of
-- 24 bins, then the four scores. min(x, n) with n = all connections is a sorted list whatever the order of rows. Times are
-- whole seconds. Fewer than three intervals: no score. Values used
-- by a lambda or more than once are columns of an earlier step: else they are computed each time.
-- Example: a connection every 60 s for 24 h, 838 bytes each -> 1, 1, 1, 1.
INSERT INTO beacon_scores
WITH part AS (
  SELECT id, kind, site, orig_h, dst, connections::INTEGER AS n FROM candidates
  WHERE eligible AND id BETWEEN getvariable('pairs_from') AND getvariable('pairs_to')
), rows_of AS (
  SELECT p.id, p.n, epoch_us(f.ts) // 1000000 AS t, coalesce(f.orig_size, 0) AS size
  FROM d_flows f JOIN part p ON p.kind = 'ip' AND p.site = f.site AND p.orig_h = f.orig_h AND p.dst = f.resp_h
  WHERE getvariable('pairs_rows_from') IS NULL OR f.ts >= getvariable('pairs_rows_from')
  UNION ALL
  SELECT p.id, p.n, epoch_us(f.ts) // 1000000, f.size
  FROM sni_flows f JOIN part p ON p.kind = 'sni' AND p.site = f.site AND p.orig_h = f.orig_h AND p.dst = f.name
), binned AS (
  SELECT id, n, t::INTEGER AS t, size, bin24(t, getvariable('pairs_lo'), getvariable('pairs_hi'))::TINYINT AS bin FROM rows_of
), series AS (
  SELECT id, min(t, n) AS t, min(size, n) AS s, bit_or(1::BIGINT << bin) AS mask, [
    count(*) FILTER (bin = 0), count(*) FILTER (bin = 1), count(*) FILTER (bin = 2), count(*) FILTER (bin = 3),
    count(*) FILTER (bin = 4), count(*) FILTER (bin = 5), count(*) FILTER (bin = 6), count(*) FILTER (bin = 7),
    count(*) FILTER (bin = 8), count(*) FILTER (bin = 9), count(*) FILTER (bin = 10), count(*) FILTER (bin = 11),
    count(*) FILTER (bin = 12), count(*) FILTER (bin = 13), count(*) FILTER (bin = 14), count(*) FILTER (bin = 15),
    count(*) FILTER (bin = 16), count(*) FILTER (bin = 17), count(*) FILTER (bin = 18), count(*) FILTER (bin = 19),
    count(*) FILTER (bin = 20), count(*) FILTER (bin = 21), count(*) FILTER (bin = 22), count(*) FILTER (bin = 23)
  ] AS h
  FROM binned
  GROUP BY id
), spread AS (
  SELECT id, t[1] AS first_s, t[-1] AS last_s, mask, intervals(t) AS gaps, s, list_filter(h, lambda x: x > 0) AS f
  FROM series
), medians AS (
  SELECT *, class_width(f) AS width,
    median2(gaps, 0, len(gaps) // 2) AS gap_q1, median2(gaps, 0, len(gaps)) AS gap_q2,
    median2(gaps, len(gaps) - len(gaps) // 2, len(gaps) // 2) AS gap_q3,
    median2(s, 0, len(s) // 2) AS size_q1, median2(s, 0, len(s)) AS size_q2,
    median2(s, len(s) - len(s) // 2, len(s) // 2) AS size_q3
  FROM spread
), distances AS (
  SELECT *, distances2(gaps, gap_q2) AS gap_distances, distances2(s, size_q2) AS size_distances
  FROM medians
), scores AS (
  SELECT CASE WHEN len(gaps) >= 3 THEN id END AS id, gap_q2,
    score_stat(gap_q1, gap_q2, gap_q3, gap_distances, 1) AS ts_score,
    score_stat(size_q1, size_q2, size_q3, size_distances, 0) AS ds_score,
    dur_score(mask, first_s, last_s, getvariable('pairs_hi') - getvariable('pairs_lo')) AS dur_score,
    hist_score(f, width) AS hist_score
  FROM distances
)
SELECT id, ts_score, ds_score, dur_score, hist_score, beacon_score(ts_score, ds_score, dur_score, hist_score), gap_q2 / 2
FROM scores;

-- Not a condition above: it would be worked out from the lists, all of it once more.
DELETE FROM beacon_scores WHERE id IS NULL;
