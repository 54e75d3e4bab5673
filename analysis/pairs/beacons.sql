-- Scores of the candidates whose number lies in one part (pairs_from to pairs_to) of beacon_rows: sorted times and sizes and
-- the counts of 24 bins, then the four scores. min(x, n) with n = all connections is a sorted list whatever the order of rows.
-- The counts of six bins are one number of 120 bits: 24 sums with a condition each would cost more than all the rest. Times are
-- whole seconds. Fewer than three intervals: no score. Values used by a lambda or more than once are columns of an earlier step:
-- else they are computed each time.
-- Example: a connection every 60 s for 24 h, 838 bytes each -> 1, 1, 1, 1.
INSERT INTO beacon_scores
WITH binned AS (
  SELECT id, n, t, size, bin24(t, 0, getvariable('pairs_hi') - getvariable('pairs_lo'))::TINYINT AS bin
  FROM beacon_rows
  WHERE id BETWEEN getvariable('pairs_from') AND getvariable('pairs_to')
), weighed AS (
  SELECT id, n, t, size, bin, bin // 6 AS six, 1::HUGEINT << (20 * (bin % 6)) AS one FROM binned
), series AS (
  SELECT id, min(t, n) AS t, min(size, n) AS s, bit_or(1::INTEGER << bin)::BIGINT AS mask,
    sum(CASE six WHEN 0 THEN one ELSE 0 END) AS c0, sum(CASE six WHEN 1 THEN one ELSE 0 END) AS c1,
    sum(CASE six WHEN 2 THEN one ELSE 0 END) AS c2, sum(CASE six WHEN 3 THEN one ELSE 0 END) AS c3
  FROM weighed
  GROUP BY id
), spread AS (
  SELECT id, t[1] AS first_s, t[-1] AS last_s, mask, intervals(t) AS gaps, s,
    list_filter(six_counts(c0) || six_counts(c1) || six_counts(c2) || six_counts(c3), lambda x: x > 0) AS f
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
