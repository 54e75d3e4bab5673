import { CaseStore } from '../../ingest/case/case-store.js';

/**
 * A case of `flows` rows made in SQL: a tenth as many distinct pairs, 140,000 sources, 24 hours, some scans.
 * `hash` is fine here: the numbers only have to be spread.
 */
export async function makeSyntheticCase(path: string, flows: number): Promise<void> {
  const store = await CaseStore.open(path, { mode: 'create', memoryLimit: '4GB' });
  const pairs = Math.max(1, Math.floor(flows / 10));
  await store.db.run("INSERT INTO sources VALUES ('synthetic000', '', 'zeek', '.', NULL)");
  await store.db.run(
    `INSERT INTO captures VALUES ('synthetic0000000', 'synthetic000', 'synthetic', 0, repeat('0', 64), ${flows}, 0,
       TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-02', 'complete', '{}')`,
  );
  await store.db.run(
    `INSERT INTO source_fields SELECT 'synthetic000', 'flows', unnest(['established', 'outcome', 'orientation', 'duration', 'service',
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
  store.close();
}
