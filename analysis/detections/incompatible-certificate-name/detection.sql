-- Distinct handshakes first; the certificates' other names are looked up only for those whose common name differs.
-- covers: the certificate is for the name asked; NULL where its other names are unknown.
-- Example: SNI netflix.com, certificate CN=www.google.com -> key 203.0.113.9/netflix.com, confidence .9.
WITH shown AS (
  SELECT site, tw_start, source_id, orig_h, resp_h, resp_p, lower(rtrim(nullif(server_name, ''), '.')) AS name,
    lower(regexp_extract(subject, '(?:^|[,/]\s*)CN\s*=\s*([^,/]+)', 1)) AS common_name, subject, sni_matches_cert AS matches,
    coalesce(regexp_matches(validation_status, '(?i)self.signed'), subject = issuer, false) AS forged,
    cert_chain_fuids[1] AS fuid, coalesce(cert_sha256, cert_sha1, cert_chain_fps[1]) AS fingerprint,
    min(ts) AS ts, max(ts) AS last_ts, count(*) AS n
  FROM d_ssl
  WHERE subject <> '' AND orig_h IS NOT NULL AND resp_h IS NOT NULL
  GROUP BY ALL
), parted AS (
  SELECT *, regexp_extract(common_name, '[^.]+\.[^.]+$') AS common_domain, regexp_extract(name, '[^.]+\.[^.]+$') AS asked_domain,
    common_name = name OR (starts_with(common_name, '*.') AND ends_with(name, substr(common_name, 2))) AS same
  FROM shown
  WHERE common_name <> '' AND matches IS DISTINCT FROM true
), differ AS (
  SELECT p.*, c.organisation AS claimed, a.organisation AS asked
  FROM parted p
  LEFT JOIN data_organisations c ON c.domain = p.common_domain
  LEFT JOIN data_organisations a ON a.domain = p.asked_domain
  WHERE (p.forged AND c.organisation IS NOT NULL) OR (NOT coalesce(p.same, true) AND p.common_domain <> p.asked_domain)
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
