-- What detections join to flows: certificates as clients were shown them, and files between two hosts.
CREATE OR REPLACE TEMP VIEW intel_certificates_shown AS
SELECT source_id, uid, site, tw_start, ts, orig_h, resp_h, resp_p, server_name AS name, lower(hash) AS hash
FROM (
  SELECT source_id, uid, site, tw_start, ts, orig_h, resp_h, resp_p, server_name,
    unnest(list_distinct(list_concat([cert_sha1, cert_sha256], coalesce(cert_chain_fps, []), coalesce(client_cert_chain_fps, [])))) AS hash
  FROM d_ssl
)
WHERE hash IS NOT NULL
UNION ALL
SELECT f.source_id, f.uid, f.site, f.tw_start, f.ts, f.orig_h, f.resp_h, f.resp_p, x.subject, lower(x.fingerprint)
FROM d_x509 x JOIN d_flows f ON f.source_id = x.source_id AND f.uid = x.uid
WHERE x.fingerprint IS NOT NULL
UNION ALL
SELECT source_id, uid, site, tw_start, ts, orig_h, resp_h, resp_p, NULL, lower(hash)
FROM (SELECT source_id, uid, site, tw_start, ts, orig_h, resp_h, resp_p, unnest([sha1, sha256]) AS hash FROM d_files WHERE source IN ('SSL', 'TLS', 'DTLS', 'QUIC'))
WHERE hash IS NOT NULL;

CREATE OR REPLACE TEMP VIEW intel_files_moved AS
SELECT t.source_id, t.uid, t.site, t.tw_start, t.ts, t.filename, t.mime_type, t.bytes, t.hash,
  CASE WHEN NOT coalesce(r.is_local, false) AND coalesce(s.is_local, false) THEN t.sender ELSE t.receiver END AS host,
  CASE WHEN NOT coalesce(r.is_local, false) AND coalesce(s.is_local, false) THEN t.receiver ELSE t.sender END AS other,
  coalesce(r.is_local, false) OR NOT coalesce(s.is_local, false) AS received
FROM (
  SELECT source_id, uid, site, tw_start, ts, filename, mime_type, coalesce(total_bytes, seen_bytes) AS bytes, lower(unnest([md5, sha1, sha256])) AS hash,
    coalesce(tx_hosts[1], CASE WHEN is_orig THEN orig_h ELSE resp_h END) AS sender,
    coalesce(rx_hosts[1], CASE WHEN is_orig THEN resp_h ELSE orig_h END) AS receiver
  FROM d_files
) t
LEFT JOIN addresses r ON r.address = t.receiver
LEFT JOIN addresses s ON s.address = t.sender
WHERE t.hash IS NOT NULL;
