-- Makers of network cards by the longest registered block (36, 28 or 24 bits) that holds the MAC.
CREATE OR REPLACE TEMP TABLE address_vendors AS
WITH digits AS (
  SELECT address, regexp_replace(lower(mac), '[^0-9a-f]', '', 'g') AS mac FROM address_macs
), vendors AS (
  SELECT prefix, vendor FROM read_parquet(getvariable('vendor_blocks'))
)
SELECT d.address, coalesce(v9.vendor, v7.vendor, v6.vendor) AS vendor
FROM digits d
LEFT JOIN vendors v9 ON v9.prefix = left(d.mac, 9)
LEFT JOIN vendors v7 ON v7.prefix = left(d.mac, 7)
LEFT JOIN vendors v6 ON v6.prefix = left(d.mac, 6)
WHERE length(d.mac) = 12 AND coalesce(v9.vendor, v7.vendor, v6.vendor) IS NOT NULL;
