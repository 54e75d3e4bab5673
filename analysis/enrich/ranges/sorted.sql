-- What the shipped ranges of a file say about the addresses of range_subjects(address, number).
-- Inside a transaction DuckDB takes the new table for nearly empty and would join it row by row.
SET asof_loop_join_threshold = 0;
CREATE OR REPLACE TEMP TABLE range_answers AS
SELECT s.address, r.* EXCLUDE (lo, hi)
FROM range_subjects s
ASOF JOIN (
  SELECT lo_high::UHUGEINT * 18446744073709551616::UHUGEINT + lo_low AS lo,
    hi_high::UHUGEINT * 18446744073709551616::UHUGEINT + hi_low AS hi, * EXCLUDE (lo_high, lo_low, hi_high, hi_low)
  FROM read_parquet(getvariable('range_file'))
) r ON s.number >= r.lo
WHERE s.number <= r.hi;
