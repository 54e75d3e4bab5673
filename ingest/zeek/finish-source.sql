-- What a certificate's own log says goes to the handshake that showed it: by file id, else by fingerprint.
UPDATE ssl SET
  cert_sha256 = CASE WHEN length(cert_chain_fps[1]) = 64 THEN lower(cert_chain_fps[1]) ELSE cert_sha256 END,
  cert_sha1 = CASE WHEN length(cert_chain_fps[1]) = 40 THEN lower(cert_chain_fps[1]) ELSE cert_sha1 END
WHERE source_id = $source_id AND len(cert_chain_fps) > 0;

UPDATE ssl SET
  subject = coalesce(ssl.subject, c.subject),
  issuer = coalesce(ssl.issuer, c.issuer),
  not_before = coalesce(ssl.not_before, c.not_before),
  not_after = coalesce(ssl.not_after, c.not_after)
FROM (
  SELECT fuid, min(subject) AS subject, min(issuer) AS issuer, min(not_before) AS not_before, max(not_after) AS not_after
  FROM x509 WHERE source_id = $source_id AND fuid IS NOT NULL GROUP BY fuid
) c
WHERE ssl.source_id = $source_id AND ssl.cert_chain_fuids[1] = c.fuid;

UPDATE ssl SET
  subject = coalesce(ssl.subject, c.subject),
  issuer = coalesce(ssl.issuer, c.issuer),
  not_before = coalesce(ssl.not_before, c.not_before),
  not_after = coalesce(ssl.not_after, c.not_after)
FROM (
  SELECT fingerprint, min(subject) AS subject, min(issuer) AS issuer, min(not_before) AS not_before,
         max(not_after) AS not_after
  FROM x509 WHERE source_id = $source_id AND fingerprint IS NOT NULL GROUP BY fingerprint
) c
WHERE ssl.source_id = $source_id AND ssl.cert_chain_fps[1] = c.fingerprint;

UPDATE ssl SET cert_sha1 = coalesce(cert_sha1, f.sha1), cert_sha256 = coalesce(cert_sha256, f.sha256)
FROM (
  SELECT fuid, min(sha1) AS sha1, min(sha256) AS sha256 FROM files
  WHERE source_id = $source_id AND (sha1 IS NOT NULL OR sha256 IS NOT NULL) GROUP BY fuid
) f
WHERE ssl.source_id = $source_id AND ssl.cert_chain_fuids[1] = f.fuid;
