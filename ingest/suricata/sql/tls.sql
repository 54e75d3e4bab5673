-- TLS and QUIC handshakes.
INSERT INTO ssl BY NAME
SELECT $capture AS capture_id, $source AS source_id, $row_base + n AS "row",
  uid, ts, orig_h, orig_p, resp_h, resp_p,
  CASE WHEN event_type = 'tls' THEN eve_tls_version(v.version) WHEN v.version IN ('1', '2', 'v1', 'v2') THEN 'TLSv13' END AS version,
  v.sni AS server_name, v.session_resumed AS resumed, v.server_alpns[1] AS next_protocol,
  v.subject AS subject, v.issuerdn AS issuer, v.client.subject AS client_subject, v.client.issuerdn AS client_issuer,
  eve_cert_time(v.notbefore) AS not_before, eve_cert_time(v.notafter) AS not_after,
  v.ja3.hash AS ja3, v.ja3s.hash AS ja3s, v.ja4 AS ja4,
  eve_hex(v.fingerprint) AS cert_sha1,
  CASE WHEN event_type = 'tls' THEN $extra ELSE $extra_quic END AS extra
FROM (SELECT *, from_json(content, '$shape') AS v FROM eve_events(['tls', 'quic']));
