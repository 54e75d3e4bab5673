-- Makers of network cards by the longest registered block (36, 28 or 24 bits) that holds the MAC.
CREATE OR REPLACE TEMP TABLE address_vendors AS
WITH digits AS (
  SELECT address, regexp_replace(lower(mac), '[^0-9a-f]', '', 'g') AS mac FROM address_macs
), blocks AS (
  SELECT address, left(mac, unnest([6, 7, 9])) AS prefix FROM digits WHERE length(mac) = 12
)
SELECT b.address, v.vendor
FROM blocks b JOIN read_parquet(getvariable('vendor_blocks')) v ON v.prefix = b.prefix
QUALIFY row_number() OVER (PARTITION BY b.address ORDER BY length(b.prefix) DESC) = 1;
