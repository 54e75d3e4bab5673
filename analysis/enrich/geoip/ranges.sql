-- Countries of the public addresses of address_list, from the shipped ranges.
-- Inside a transaction DuckDB takes the new table for nearly empty and would join it row by row.
SET asof_loop_join_threshold = 0;
CREATE OR REPLACE TEMP TABLE address_places AS
SELECT s.address, r.country, NULL::VARCHAR AS city, NULL::DOUBLE AS lat, NULL::DOUBLE AS lon
FROM (SELECT address, number FROM address_list WHERE scope = 'public') s
ASOF JOIN (
  SELECT lo_high::UHUGEINT * 18446744073709551616::UHUGEINT + lo_low AS lo,
    hi_high::UHUGEINT * 18446744073709551616::UHUGEINT + hi_low AS hi, country
  FROM read_parquet(getvariable('country_ranges'))
) r ON s.number >= r.lo
WHERE s.number <= r.hi;
