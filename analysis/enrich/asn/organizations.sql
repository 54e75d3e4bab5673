-- AS number with its organisation for the addresses of range_answers(address, asn).
CREATE OR REPLACE TEMP TABLE asn_answers AS
SELECT r.address, r.asn::BIGINT AS asn, o.as_org
FROM range_answers r LEFT JOIN read_parquet(getvariable('asn_organizations')) o ON o.asn = r.asn;
DROP TABLE range_answers;
