-- Names asked and shown are judged once each, then met by their handshakes; the certificates' other names are looked up only
-- for those whose common name differs.
-- covers: the certificate is for the name asked; NULL where its other names are unknown.
-- Example: SNI netflix.com, certificate CN=www.google.com -> key 203.0.113.9/netflix.com, confidence .9.
WITH pairs_of_names AS (
  SELECT DISTINCT server_name, subject, issuer, sni_matches_cert AS matches, validation_status
  FROM d_ssl
  WHERE subject <> '' AND sni_matches_cert IS DISTINCT FROM true
), read AS (
  SELECT *, lower(rtrim(nullif(server_name, ''), '.')) AS name,
    lower(regexp_extract(subject, '(?:^|[,/]\s*)CN\s*=\s*([^,/]+)', 1)) AS common_name,
    coalesce(regexp_matches(validation_status, '(?i)self.signed'), subject = issuer, false) AS forged
  FROM pairs_of_names
), parted AS (
  SELECT *, regexp_extract(common_name, '[^.]+\.[^.]+$') AS common_domain, regexp_extract(name, '[^.]+\.[^.]+$') AS asked_domain,
    common_name = name OR (starts_with(common_name, '*.') AND ends_with(name, substr(common_name, 2))) AS same
  FROM read
  WHERE common_name <> ''
), suspects AS (
  SELECT p.*, c.organisation AS claimed, a.organisation AS asked
  FROM parted p
  LEFT JOIN data_organisations c ON c.domain = p.common_domain
  LEFT JOIN data_organisations a ON a.domain = p.asked_domain
  WHERE (p.forged AND c.organisation IS NOT NULL) OR (NOT coalesce(p.same, true) AND p.common_domain <> p.asked_domain)
), differ AS (
  SELECT t.site, t.tw_start, t.source_id, t.orig_h, t.resp_h, t.resp_p, p.name, p.common_name, p.subject, p.matches, p.forged, p.claimed,
    p.asked, t.cert_chain_fuids[1] AS fuid, coalesce(t.cert_sha256, t.cert_sha1, t.cert_chain_fps[1]) AS fingerprint,
    min(t.ts) AS ts, max(t.ts) AS last_ts, count(*) AS n
  FROM d_ssl t
  JOIN suspects p ON p.subject = t.subject AND p.server_name IS NOT DISTINCT FROM t.server_name
    AND p.issuer IS NOT DISTINCT FROM t.issuer AND p.matches IS NOT DISTINCT FROM t.sni_matches_cert
    AND p.validation_status IS NOT DISTINCT FROM t.validation_status
  WHERE t.orig_h IS NOT NULL AND t.resp_h IS NOT NULL
  GROUP BY ALL
), san AS (
  SELECT d.source_id, d.fuid, d.fingerprint, d.name,
    bool_or(x.san = d.name OR (starts_with(x.san, '*.') AND regexp_replace(d.name, '^[^.]+', '*') = x.san)) AS covered
  FROM (SELECT DISTINCT source_id, fuid, fingerprint, name FROM differ WHERE name IS NOT NULL) d
  JOIN (
    SELECT source_id, fuid, lower(fingerprint) AS fingerprint, lower(unnest(san_dns)) AS san FROM x509 WHERE len(san_dns) > 0
  ) x ON x.source_id = d.source_id AND (x.fuid = d.fuid OR x.fingerprint = d.fingerprint)
  GROUP BY ALL
), covering AS (
  SELECT d.*, coalesce(s.covered, d.matches) AS covers
  FROM differ d
  LEFT JOIN san s ON s.source_id = d.source_id AND s.name = d.name AND s.fuid IS NOT DISTINCT FROM d.fuid
    AND s.fingerprint IS NOT DISTINCT FROM d.fingerprint
), judged AS (
  SELECT *,
    CASE
      WHEN claimed IS NOT NULL AND forged THEN 'claims ' || claimed || ' and is signed by itself'
      WHEN covers THEN NULL
      WHEN claimed <> asked THEN 'of ' || claimed || ', asked for ' || asked
      WHEN claimed = asked THEN NULL
      WHEN NOT covers AND claimed IS NOT NULL THEN 'of ' || claimed || ' and not for this name'
      WHEN NOT covers AND asked IS NOT NULL THEN 'not for this name of ' || asked
      WHEN NOT covers THEN 'not for this name'
      WHEN claimed IS NOT NULL AND name IS NOT NULL THEN 'of ' || claimed || ', other names unknown'
    END AS reason,
    CASE
      WHEN claimed IS NOT NULL AND forged OR claimed <> asked THEN 0.9
      WHEN NOT covers AND (claimed IS NOT NULL OR asked IS NOT NULL) THEN 0.6
      WHEN NOT covers THEN 0.5
      ELSE 0.3
    END AS certainty
  FROM covering
)
SELECT
  orig_h AS profile,
  site,
  min(ts) AS ts,
  resp_h || coalesce('/' || name, '') AS key,
  orig_h AS attacker,
  resp_h AS victim,
  'tcp' AS proto,
  CASE WHEN min(resp_p) = max(resp_p) THEN min(resp_p) END AS port,
  max(certainty) AS confidence,
  CASE WHEN max(certainty) < 0.6 THEN 'low' END AS threat_level,
  {server_name: coalesce(name, 'no name'), common_name: min(common_name), subject: min(subject), reason: min(reason), handshakes: sum(n)::BIGINT,
   last_ts: max(last_ts)} AS details
FROM judged
WHERE reason IS NOT NULL
GROUP BY orig_h, site, tw_start, resp_h, name
