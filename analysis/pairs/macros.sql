-- Score functions of pairs over sorted lists of whole numbers (seconds, bytes). Everything is integer arithmetic until one
-- division; medians are kept doubled, so that half numbers stay whole. Example: threat_of(62.4, 50, 75, 90, 100) = 0.2992.

-- Twice the median of the `n` elements of a sorted list that follow the first `o`. Example: median2([1, 2, 4], 0, 3) = 4.
CREATE OR REPLACE TEMP MACRO median2(l, o, n) AS l[o + (n + 1) // 2] + l[o + n // 2 + 1];

-- 1 - |Bowley skewness|. Quartiles are the medians of the halves, the middle element left out of both. Spread below 10, or
-- a quartile equal to the median: no skew. Arguments are doubled. Example: skew_of(10, 40, 130) = 0.5.
CREATE OR REPLACE TEMP MACRO skew_of(a, b, c) AS
  CASE WHEN c - a >= 20 AND b <> a AND b <> c THEN 1 - abs(a + c - 2 * b) / (c - a) ELSE 1 END;

-- Sorted doubled distances from a doubled median `m`. The median is an argument: inside the lambda it would be computed for
-- every element. Example: distances2([1, 2, 4], 4) = [0, 2, 4].
CREATE OR REPLACE TEMP MACRO distances2(l, m) AS list_sort(list_apply(l, lambda x: abs(2 * x - m)));

-- (median - MAD) / median, not below 0; `fallback` when the median is below 1. `m`: doubled median, `d`: distances2.
CREATE OR REPLACE TEMP MACRO mad_score(m, d, fallback) AS
  CASE WHEN m >= 2 THEN greatest(0, (2 * m - median2(d, 0, len(d))) / (2 * m)) ELSE fallback END;

-- Regularity of a sorted list of at least three values, to three decimals, from its doubled quartiles and distances.
-- Example: [0, 0, 0] with fallback 0 -> 0.5.
CREATE OR REPLACE TEMP MACRO score_stat(a, b, c, d, fallback) AS round((skew_of(a, b, c) + mad_score(b, d, fallback)) / 2, 3);

-- Sorted non-zero intervals of sorted times. Example: intervals([1, 3, 3, 9]) = [2, 6].
CREATE OR REPLACE TEMP MACRO intervals(t) AS
  list_sort(list_filter(list_apply(list_zip(t[2:], t[:-2]), lambda p: p[1] - p[2]), lambda x: x > 0));

-- Whole seconds since lo, at most 5e8 (16 years) either way. Example: 08:00:01.9, lo = 08:00:00 as seconds since the epoch -> 1.
CREATE OR REPLACE TEMP MACRO second_since(ts, lo) AS
  greatest(-500000000, least(500000000, epoch_us(ts) // 1000000 - lo))::INTEGER;

-- One of 24 equal bins of [lo, hi]; times before lo are in the first. Example: bin24(12, 0, 24) = 12, bin24(24, 0, 24) = 23.
CREATE OR REPLACE TEMP MACRO bin24(x, lo, hi) AS greatest(0, least(23, (x - lo) * 24::BIGINT // greatest(1, hi - lo)));

-- Sizes of six bins out of one number, 20 bits each: fewer than 1,048,576 in a bin. Example: six_counts(2 << 20) = [0, 2, 0, 0, 0, 0].
CREATE OR REPLACE TEMP MACRO six_counts(c) AS [
  (c & 1048575)::INTEGER, ((c >> 20) & 1048575)::INTEGER, ((c >> 40) & 1048575)::INTEGER,
  ((c >> 60) & 1048575)::INTEGER, ((c >> 80) & 1048575)::INTEGER, (c >> 100)::INTEGER];

-- Evenness over 24 bins: 1 - coefficient of variation (population), 0 when above 1. `f`: sizes of the non-empty bins.
-- sd / mean = sqrt(24 * sum of squares - n * n) / n. Example: 24 bins of 2 -> 1; one bin -> 0.
CREATE OR REPLACE TEMP MACRO cv_of(squares, n) AS round(greatest(0, 1 - sqrt((24 * squares - n * n)::BIGINT) / n), 3);
CREATE OR REPLACE TEMP MACRO even_score(f) AS
  cv_of(list_sum(list_apply(f, lambda x: x * x))::BIGINT, list_sum(f)::BIGINT);

-- Bins of two sizes (a beacon that sleeps at night): share of the bins in the two largest groups of like size, from 11
-- non-empty bins on. Like: the same multiple of `c`, a twentieth of the largest (class_width).
-- Example: eleven bins, 6 of 10 and 5 of 40 -> 1.
CREATE OR REPLACE TEMP MACRO class_width(f) AS (list_max(f) + 19) // 20;
CREATE OR REPLACE TEMP MACRO like_groups(f, c) AS
  list_reverse_sort(map_values(list_aggregate(list_apply(f, lambda x: x // c), 'histogram')));
CREATE OR REPLACE TEMP MACRO top_two(g, bars) AS
  round(least(1, (g[1] + coalesce(g[2], 0)) / greatest(bars - 1, 1)), 3);
CREATE OR REPLACE TEMP MACRO bimodal_score(f, c) AS
  CASE WHEN len(f) >= 11 THEN top_two(like_groups(f, c), len(f)) ELSE 0 END;

CREATE OR REPLACE TEMP MACRO hist_score(f, c) AS greatest(even_score(f), bimodal_score(f, c));

-- Longest run of non-empty bins, around the end, at most 24. `m`: one bit for each non-empty bin.
-- Example: bins 0, 1, 22, 23 -> 4.
CREATE OR REPLACE TEMP MACRO longest_run(m) AS
  least(24, list_max(list_apply(string_split(to_binary(m | (m << 24)), '0'), lambda x: len(x))));

-- How much of the span a pair lasts: the larger of coverage and of its longest run out of 12 bins, rounded up to three
-- decimals; 0 with fewer than 6 bins. Example: dur_score(63, 0, 50, 100) = 0.5 (bins 0 to 5).
CREATE OR REPLACE TEMP MACRO dur_score(m, first_s, last_s, span) AS
  CASE WHEN bit_count(m) >= 6 THEN least(1000, greatest(
    ((last_s - first_s) * 1000::BIGINT + span - 1) // greatest(1, span),
    (longest_run(m) * 1000 + 11) // 12)) / 1000 ELSE 0 END;

-- A quarter of each, to three decimals. Example: beacon_score(.921, .995, 1, 1) = 0.979.
CREATE OR REPLACE TEMP MACRO beacon_score(t, d, u, h) AS
  ((round(t * 1000)::BIGINT + round(d * 1000)::BIGINT + round(u * 1000)::BIGINT + round(h * 1000)::BIGINT + 2) // 4) / 1000;

-- A number as a threat: 0 below base, then .2 to .4, .4 to .6, .6 to .8 between the marks, .8 from `high` on.
-- NULL stays NULL. Example: threat_of(62.4, 50, 75, 90, 100) = 0.2992.
CREATE OR REPLACE TEMP MACRO threat_of(v, base, low, med, high) AS round(
  CASE
    WHEN v IS NULL THEN NULL
    WHEN v < base THEN 0
    WHEN v < low THEN 0.2 + 0.2 * (v - base) / (low - base)
    WHEN v < med THEN 0.4 + 0.2 * (v - low) / (med - low)
    WHEN v < high THEN 0.6 + 0.2 * (v - med) / (high - med)
    ELSE 0.8
  END::DOUBLE, 6);

-- Few hosts talk to it: +.15; half of them or more: -.15.
CREATE OR REPLACE TEMP MACRO prevalence_modifier(share) AS
  CASE WHEN share <= 0.02 THEN 0.15 WHEN share >= 0.5 THEN -0.15 ELSE 0 END;

CREATE OR REPLACE TEMP MACRO severity_of(score) AS
  CASE WHEN score > 0.8 THEN 'critical' WHEN score >= 0.6 THEN 'high' WHEN score >= 0.4 THEN 'medium'
    WHEN score >= 0.2 THEN 'low' ELSE 'none' END;
