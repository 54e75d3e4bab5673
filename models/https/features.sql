-- Features of TLS flows: the same statements make the rows that are trained on and those that are scored.
-- https_flows: one row per TCP flow with a TLS handshake; for sources that know no handshakes, per established flow to a
-- port of TLS. No source port, address or rarity in the capture is a feature: they would memorise the capture.
-- Example: 10.0.0.5 -> 203.0.113.66:4782, TLS 1.2, no server name, certificate signed by itself
--   -> sni_named 0, tls_port 0, self_signed 1.
CREATE OR REPLACE TEMP MACRO https_port(p) AS p = 443 OR p = 8443 OR p = 465 OR p = 563 OR p = 636 OR p = 853 OR p = 993 OR p = 995 OR p = 5061 OR p = 5223;
CREATE OR REPLACE TEMP MACRO https_share(a, b) AS CASE WHEN a + b > 0 THEN a / (a + b) END;
CREATE OR REPLACE TEMP MACRO https_days(a, b) AS (epoch_us(b) - epoch_us(a)) / 86400000000;

CREATE OR REPLACE TEMP TABLE https_flows AS
SELECT
  f.flow_id, f.site, f.ts, f.orig_h, f.resp_h, f.resp_p,
  true AS tls,
  f.orig_size, f.resp_size, f.orig_pkts, f.resp_pkts, f.duration,
  nullif(lower(s.server_name), '') AS name,
  CASE WHEN NOT regexp_matches(s.server_name, '^[0-9.]*$|:') THEN s.server_name END AS host_name,
  CASE WHEN s.version = 'SSLv2' THEN 0 WHEN s.version = 'SSLv3' THEN 1 WHEN s.version = 'TLSv10' THEN 2 WHEN s.version = 'TLSv11' THEN 3
    WHEN s.version = 'TLSv12' THEN 4 WHEN s.version = 'TLSv13' THEN 5 END AS version,
  CASE WHEN s.cipher IS NOT NULL THEN s.version = 'TLSv13' OR regexp_matches(s.cipher, '(EC)?DHE_') END AS forward_secrecy,
  CASE WHEN s.cipher IS NOT NULL THEN regexp_matches(s.cipher, 'GCM|CCM|CHACHA') END AS aead,
  s.established AS handshake,
  s.resumed,
  CASE WHEN k.source_id IS NOT NULL THEN s.next_protocol IS NOT NULL AND s.next_protocol <> '' END AS alpn,
  CASE WHEN s.curve IS NOT NULL THEN s.curve = 'x25519' END AS x25519,
  nullif(s.subject, '') AS subject,
  nullif(s.issuer, '') AS issuer,
  coalesce(regexp_matches(s.validation_status, '(?i)self.signed'), s.subject = s.issuer) AS self_signed,
  https_days(s.not_before, s.not_after) AS validity_days,
  https_days(s.not_before, f.ts) AS age_days
FROM d_flows f
JOIN d_ssl s ON s.source_id = f.source_id AND s.uid = f.uid
LEFT JOIN (SELECT DISTINCT source_id FROM source_fields WHERE tbl = 'ssl' AND field = 'next_protocol') k ON k.source_id = f.source_id
WHERE f.proto = 'tcp'
QUALIFY row_number() OVER (PARTITION BY f.flow_id ORDER BY s.ts, s.capture_id, s.row) = 1
UNION ALL
SELECT
  f.flow_id, f.site, f.ts, f.orig_h, f.resp_h, f.resp_p,
  false,
  f.orig_size, f.resp_size, f.orig_pkts, f.resp_pkts, f.duration,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM d_flows f
WHERE f.proto = 'tcp' AND f.established AND (https_port(f.resp_p) OR contains(f.service, 'ssl'))
  AND f.source_id NOT IN (SELECT source_id FROM source_fields WHERE tbl = 'ssl');

-- The certificate of a server by another of its handshakes, for resumed sessions that show none.
CREATE OR REPLACE TEMP TABLE https_servers AS
SELECT site, resp_h, resp_p, name, min(subject) AS subject, min(issuer) AS issuer, max(self_signed) AS self_signed,
  max(validity_days) AS validity_days, max(age_days) AS age_days
FROM https_flows
WHERE subject IS NOT NULL
GROUP BY site, resp_h, resp_p, name;

-- How evenly the flows of a channel (client, server, port) follow each other and how alike they are, from 4 flows on.
-- Example: 20 flows, one each 60 s, of 812 bytes each -> regular 1, same_size 1.
CREATE OR REPLACE TEMP TABLE https_channels AS
WITH steps AS (
  SELECT site, orig_h, resp_h, resp_p, orig_size,
    epoch_us(ts) - epoch_us(lag(ts) OVER same) AS gap,
    epoch_us(lag(ts) OVER same) - epoch_us(lag(ts, 2) OVER same) AS gap_before,
    lag(orig_size) OVER same AS size_before
  FROM https_flows
  WINDOW same AS (PARTITION BY site, orig_h, resp_h, resp_p ORDER BY ts, flow_id)
)
SELECT site, orig_h, resp_h, resp_p,
  count_if(greatest(gap, gap_before) >= 1000000 AND abs(gap - gap_before) * 10 <= greatest(gap, gap_before)) / count(gap_before) AS regular,
  count_if(abs(orig_size - size_before) * 20 <= greatest(orig_size, size_before)) / count(gap) AS same_size
FROM steps
GROUP BY site, orig_h, resp_h, resp_p
HAVING count(*) >= 4;

-- The rows. Features are those of features.ts, as FLOAT, unknown = NaN.
CREATE OR REPLACE TEMP MACRO https_float(x) AS coalesce(x::FLOAT, 'nan'::FLOAT);
CREATE OR REPLACE TEMP TABLE https_rows AS
SELECT
  f.flow_id, f.tls,
  https_float(f.orig_size) AS orig_size,
  https_float(f.resp_size) AS resp_size,
  https_float(f.orig_pkts) AS orig_pkts,
  https_float(f.resp_pkts) AS resp_pkts,
  https_float(round(f.duration, 3)) AS duration,
  https_float(https_share(f.orig_size, f.resp_size)) AS out_share,
  https_float(https_share(f.orig_pkts, f.resp_pkts)) AS out_pkts_share,
  https_float(CASE WHEN f.orig_pkts > 0 THEN f.orig_size / f.orig_pkts END) AS orig_mean,
  https_float(CASE WHEN f.resp_pkts > 0 THEN f.resp_size / f.resp_pkts END) AS resp_mean,
  https_float(c.regular) AS regular,
  https_float(c.same_size) AS same_size,
  https_float(https_port(f.resp_p)::INTEGER) AS tls_port,
  https_float(f.version) AS version,
  https_float(f.forward_secrecy::INTEGER) AS forward_secrecy,
  https_float(f.aead::INTEGER) AS aead,
  https_float(f.handshake::INTEGER) AS handshake,
  https_float(f.resumed::INTEGER) AS resumed,
  https_float(f.alpn::INTEGER) AS alpn,
  https_float(f.x25519::INTEGER) AS x25519,
  https_float(CASE WHEN f.tls THEN (f.host_name IS NOT NULL)::INTEGER END) AS sni_named,
  https_float(length(f.host_name)) AS sni_length,
  https_float(length(f.host_name) - length(replace(f.host_name, '.', ''))) AS sni_dots,
  https_float(length(regexp_replace(f.host_name, '[^0-9]', '', 'g')) / length(f.host_name)) AS sni_digits,
  https_float(CASE WHEN f.tls THEN (coalesce(f.subject, s.subject) IS NOT NULL)::INTEGER END) AS cert_seen,
  https_float(coalesce(f.self_signed, s.self_signed)::INTEGER) AS self_signed,
  https_float(public_issuer(coalesce(f.issuer, s.issuer))::INTEGER) AS public_issuer,
  https_float(len(regexp_extract_all(coalesce(f.subject, s.subject), '(?:^|,)[A-Za-z]+='))) AS subject_fields,
  https_float(round(coalesce(f.validity_days, s.validity_days), 3)) AS validity_days,
  https_float(round(coalesce(f.age_days, s.age_days), 3)) AS age_days
FROM https_flows f
LEFT JOIN https_servers s ON s.site = f.site AND s.resp_h = f.resp_h AND s.resp_p = f.resp_p AND s.name IS NOT DISTINCT FROM f.name
LEFT JOIN https_channels c ON c.site = f.site AND c.orig_h = f.orig_h AND c.resp_h = f.resp_h AND c.resp_p = f.resp_p;

DROP TABLE https_channels;
DROP TABLE https_servers;
DROP TABLE https_flows;
