-- The same as sorted.sql for a few addresses: each range is compared with each address as it is read, and none is sorted.
CREATE OR REPLACE TEMP TABLE range_answers AS
SELECT s.address, r.* EXCLUDE (lo_high, lo_low, hi_high, hi_low)
FROM (
  SELECT address, (number // 18446744073709551616::UHUGEINT)::UBIGINT AS high, (number % 18446744073709551616::UHUGEINT)::UBIGINT AS low
  FROM range_subjects
) s
JOIN read_parquet(getvariable('range_file')) r
  ON CASE WHEN s.high = r.lo_high THEN s.low >= r.lo_low ELSE s.high > r.lo_high END
  AND CASE WHEN s.high = r.hi_high THEN s.low <= r.hi_low ELSE s.high < r.hi_high END;
