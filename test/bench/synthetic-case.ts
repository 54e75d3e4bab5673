import { CaseStore } from '../../ingest/case/case-store.js';

/**
 * A case of `flows` rows made in SQL: a tenth as many distinct pairs, 140,000 sources, 24 hours, some scans.
 * `hash` is fine here: the numbers only have to be spread.
 * @param protocols with a TLS handshake, HTTP request or DNS transaction for each flow of those services: 7, 1 and 1 of ten
 */
export async function makeSyntheticCase(path: string, flows: number, protocols = false): Promise<void> {
  const store = await CaseStore.open(path, { mode: 'create', memoryLimit: '4GB' });
  const pairs = Math.max(1, Math.floor(flows / 10));
  await store.db.run("INSERT INTO sources VALUES ('synthetic000', '', 'zeek', '.', NULL)");
  await store.db.run(
    `INSERT INTO captures VALUES ('synthetic0000000', 'synthetic000', 'synthetic', 0, repeat('0', 64), ${flows}, 0,
       TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-02', 'complete', '{}')`,
  );
  await store.db.run(
    `INSERT INTO source_fields SELECT 'synthetic000', 'flows', unnest(['ts', 'uid', 'orig_h', 'orig_p', 'resp_h', 'resp_p', 'proto', 'established', 'outcome', 'orientation', 'duration', 'service',
       'conn_state', 'orig_size', 'resp_size', 'orig_pkts', 'resp_pkts', 'orig_bytes', 'resp_bytes', 'history'])`,
  );
  await store.db.run(
    `INSERT INTO flows
     SELECT i, 'synthetic0000000', 'synthetic000', i + 1, 'C' || lower(to_hex(hash(i))),
       TIMESTAMP '2026-01-01' + to_microseconds((hash(i + 7) % 86400000000)::BIGINT),
       (hash(i + 1) % 100000)::BIGINT / 1000.0,
       '10.' || (p % 20000) // 250 || '.' || (p % 250) || '.' || (p % 7 + 1), (1024 + hash(i) % 60000)::INTEGER,
       '198.' || (18 + p // 500000) || '.' || (p // 2000) % 250 || '.' || (p % 250),
       CASE p % 10 WHEN 0 THEN 53 WHEN 1 THEN 80 WHEN 2 THEN 22 ELSE 443 END,
       CASE p % 10 WHEN 0 THEN 'udp' ELSE 'tcp' END,
       CASE p % 10 WHEN 0 THEN 'dns' WHEN 1 THEN 'http' WHEN 2 THEN 'ssh' ELSE 'ssl' END,
       state, CASE state WHEN 'S0' THEN 'S' WHEN 'REJ' THEN 'Sr' ELSE 'ShADadFf' END,
       (hash(i + 2) % 5000)::BIGINT, (hash(i + 3) % 50000)::BIGINT, 0, (hash(i + 4) % 50)::BIGINT, (hash(i + 5) % 60)::BIGINT,
       (hash(i + 2) % 5000)::BIGINT + 400, (hash(i + 3) % 50000)::BIGINT + 400, (hash(i + 2) % 5000)::BIGINT + 400,
       (hash(i + 3) % 50000)::BIGINT + 400, state = 'SF',
       CASE state WHEN 'S0' THEN 'no_reply' WHEN 'REJ' THEN 'rejected' ELSE 'established' END, 'seen', 'closed',
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, state, NULL
     FROM (
       SELECT i, (hash(i * 31) % ${pairs})::BIGINT AS p,
         CASE WHEN i % 20 = 0 THEN 'S0' WHEN i % 33 = 0 THEN 'REJ' ELSE 'SF' END AS state
       FROM range(${flows}) t(i))`,
  );
  if (protocols) await addProtocols(store);
  store.close();
}

/** 50,000 servers with a name and a certificate each, a fiftieth of them with another's; a twentieth of the names unknown. */
async function addProtocols(store: CaseStore): Promise<void> {
  await store.db.run(
    `INSERT INTO source_fields
       SELECT 'synthetic000', split_part(f, '.', 1), split_part(f, '.', 2)
       FROM (SELECT unnest(['dns.query', 'dns.answers', 'dns.qtype_name', 'dns.rcode_name', 'http.host', 'http.uri', 'http.method',
         'http.user_agent', 'http.request_body_len', 'http.resp_mime_types', 'ssl.server_name', 'ssl.subject', 'ssl.version',
         'ssl.validation_status', 'ssl.not_after', 'ssl.ja3', 'ssl.ja3s', 'ssl.cert_chain_fps']) AS f)`,
  );
  await store.db.run(
    `CREATE TEMP TABLE served AS
     SELECT *, 'www.site' || server || '.example' AS name
     FROM (SELECT capture_id, source_id, row, uid, ts, orig_h, orig_p, resp_h, resp_p, service,
       (hash(resp_h) % 50000)::BIGINT AS server, (hash(row) % 1000)::BIGINT AS n FROM flows WHERE outcome = 'established')`,
  );
  await store.db.run(
    `INSERT INTO ssl BY NAME
     SELECT capture_id, source_id, row, uid, ts, orig_h, orig_p, resp_h, resp_p, name AS server_name, 'TLSv12' AS version,
       'CN=*.site' || owner || '.example,O=Owner ' || owner || ',C=US' AS subject, 'CN=Authority ' || owner % 20 || ',O=Trust,C=US' AS issuer,
       true AS established, CASE WHEN server % 1000 = 0 THEN 'self signed certificate' ELSE 'ok' END AS validation_status,
       TIMESTAMP '2025-06-01' AS not_before, TIMESTAMP '2026-12-01' AS not_after, md5('client ' || n % 300) AS ja3,
       md5('server ' || server % 100) AS ja3s, [sha256('certificate ' || owner)] AS cert_chain_fps
     FROM (SELECT *, CASE WHEN server % 50 = 0 THEN server + 1 ELSE server END AS owner FROM served WHERE service = 'ssl')`,
  );
  await store.db.run(
    `INSERT INTO http BY NAME
     SELECT capture_id, source_id, row, uid, ts, orig_h, orig_p, resp_h, resp_p, 1 AS trans_depth, 'GET' AS method, name AS host,
       '/pages/' || n || '/index.html' AS uri, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Browser/' || n AS user_agent, 0 AS request_body_len,
       1000 + n AS response_body_len, 200 AS status_code, ['text/html'] AS resp_mime_types
     FROM served WHERE service = 'http'`,
  );
  await store.db.run(
    `INSERT INTO dns BY NAME
     SELECT capture_id, source_id, row, uid, ts, orig_h, orig_p, resp_h, resp_p, 'udp' AS proto, n::INTEGER AS trans_id, name AS query,
       'C_INTERNET' AS qclass_name, 'A' AS qtype_name, CASE WHEN n < 50 THEN 'NXDOMAIN' ELSE 'NOERROR' END AS rcode_name,
       CASE WHEN n < 50 THEN NULL ELSE ['198.' || (18 + server % 2) || '.' || (server // 250) % 250 || '.' || server % 250] END AS answers
     FROM served WHERE service = 'dns'`,
  );
}
