-- Connections of the candidates whose number lies in one part (pairs_from to pairs_to), as numbers: second since pairs_lo, bytes
-- sent and the number of connections of the candidate. Flows are read once for many parts of beacons.sql. Absurd times are
-- taken as 16 years away, so that twice a difference fits.
-- Example: candidate 17 with 40 connections -> 40 rows (17, 40, 3600, 838).
CREATE OR REPLACE TEMP TABLE beacon_rows AS
WITH part AS (
  SELECT id, kind, site, orig_h, dst, connections::INTEGER AS n FROM candidates
  WHERE eligible AND id BETWEEN getvariable('pairs_from') AND getvariable('pairs_to')
)
SELECT p.id, p.n, second_since(f.ts, getvariable('pairs_lo')) AS t, coalesce(f.orig_size, 0) AS size
FROM d_flows f JOIN part p ON p.kind = 'ip' AND p.site = f.site AND p.orig_h = f.orig_h AND p.dst = f.resp_h
WHERE getvariable('pairs_rows_from') IS NULL OR f.ts >= getvariable('pairs_rows_from')
UNION ALL
SELECT p.id, p.n, second_since(f.ts, getvariable('pairs_lo')), f.size
FROM sni_flows f JOIN part p ON p.kind = 'sni' AND p.site = f.site AND p.orig_h = f.orig_h AND p.dst = f.name;
