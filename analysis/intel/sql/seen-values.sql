-- Fingerprints, certificates, files and URLs of the case.
INSERT INTO intel_seen
SELECT DISTINCT 'ja3', lower(ja3) FROM d_ssl WHERE ja3 IS NOT NULL
UNION ALL SELECT DISTINCT 'ja3s', lower(ja3s) FROM d_ssl WHERE ja3s IS NOT NULL
UNION ALL SELECT DISTINCT 'ja4', lower(ja4) FROM d_ssl WHERE ja4 IS NOT NULL
UNION ALL SELECT DISTINCT 'certificate', hash FROM (
  SELECT unnest([lower(cert_sha1), lower(cert_sha256)]) AS hash FROM d_ssl
  UNION ALL SELECT lower(unnest(cert_chain_fps)) FROM d_ssl
  UNION ALL SELECT lower(unnest(client_cert_chain_fps)) FROM d_ssl
  UNION ALL SELECT lower(fingerprint) FROM d_x509
  UNION ALL SELECT unnest([lower(sha1), lower(sha256)]) FROM d_files WHERE source IN ('SSL', 'TLS', 'DTLS', 'QUIC')
) WHERE hash IS NOT NULL
UNION ALL SELECT DISTINCT 'file', hash FROM (SELECT unnest([lower(md5), lower(sha1), lower(sha256)]) AS hash FROM d_files) WHERE hash IS NOT NULL;
