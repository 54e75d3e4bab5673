-- AS number and organisation of the public addresses of asn_subjects(address, number, scope), from the shipped ranges.
-- Inside a transaction DuckDB takes the new table for nearly empty and would join it row by row.
SET asof_loop_join_threshold = 0;
CREATE OR REPLACE TEMP TABLE asn_answers AS
SELECT s.address, r.asn::BIGINT AS asn, o.as_org
FROM (SELECT address, number FROM asn_subjects WHERE scope = 'public') s
ASOF JOIN (
  SELECT lo_high::UHUGEINT * 18446744073709551616::UHUGEINT + lo_low AS lo,
    hi_high::UHUGEINT * 18446744073709551616::UHUGEINT + hi_low AS hi, asn
  FROM read_parquet(getvariable('asn_ranges'))
) r ON s.number >= r.lo
LEFT JOIN read_parquet(getvariable('asn_organizations')) o ON o.asn = r.asn
WHERE s.number <= r.hi;
