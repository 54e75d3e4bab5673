-- Tuples in order and, sorted by tuple and time, what their letters are made of.
-- Example: 10.0.0.5 calls 192.0.2.1:443/tcp 100 times -> one tuple, 100 rows.
CREATE OR REPLACE TEMP TABLE letter_tuples AS
SELECT row_number() OVER (ORDER BY site, profile, dst, dport, proto, direction)::INTEGER AS tuple, *
FROM (
  SELECT DISTINCT site, orig_h AS profile, resp_h AS dst, coalesce(resp_p, -1) AS dport, proto, 'out' AS direction FROM d_flows
  UNION ALL
  SELECT DISTINCT site, resp_h, orig_h, coalesce(resp_p, -1), proto, 'in' FROM d_flows WHERE getvariable('direction_all')
);

CREATE OR REPLACE TEMP VIEW letter_flows AS
SELECT f.site, f.orig_h, f.resp_h, coalesce(f.resp_p, -1) AS dport, f.proto, f.ts, f.flow_id,
  letter_kind(
    letter_bytes(s.kind, orig_bytes, resp_bytes, orig_ip_bytes, resp_ip_bytes, orig_pkts, resp_pkts, orig_size, resp_size, f.extra),
    coalesce(f.duration, 0))::TINYINT AS kind
FROM d_flows f JOIN sources s USING (source_id);

CREATE OR REPLACE TEMP TABLE letter_rows AS
SELECT tuple, ts, kind
FROM (
  SELECT t.tuple, f.ts, f.flow_id, f.kind
  FROM letter_flows f JOIN letter_tuples t
    ON t.direction = 'out' AND t.site = f.site AND t.profile = f.orig_h AND t.dst = f.resp_h AND t.dport = f.dport AND t.proto = f.proto
  UNION ALL
  SELECT t.tuple, f.ts, f.flow_id, f.kind
  FROM letter_flows f JOIN letter_tuples t
    ON t.direction = 'in' AND t.site = f.site AND t.profile = f.resp_h AND t.dst = f.orig_h AND t.dport = f.dport AND t.proto = f.proto
  WHERE getvariable('direction_all')
)
ORDER BY tuple, ts, flow_id;
