/**
 * A million indicators against a synthetic case of 10 M flows, 1 M pairs and 1 M DNS names: reading the feeds, finding what
 * matches, and the detections of `intel`, against one
 * `SELECT count(DISTINCT resp_h), sum(orig_size) … GROUP BY orig_h, hour`, CPU seconds of one run. The case has its
 * addresses and profiles already.
 * Usage: tsx test/bench/intel.ts [FLOWS=10000000] [MEMORY=1GB]
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsOf } from '../../analysis/detection/parameters.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { runDetection } from '../../analysis/detection/run-detection.js';
import { loadIntelligence } from '../../analysis/intel/load.js';
import { defaultOptions } from '../../analysis/options.js';
import { buildAddresses } from '../../analysis/profiles/build.js';
import { createViews } from '../../analysis/views.js';
import { ignoreFlows } from '../../analysis/whitelist/ignore-flows.js';
import { setVariables } from '../../analysis/windows/set-variables.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { lit } from '../../ingest/case/sql.js';
import { benchmark, median, show, withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';

/** Four feeds: addresses, networks, domains, and hashes of which the case has none. `hash` only spreads the numbers. */
const FEEDS: readonly (readonly [name: string, rows: string])[] = [
  [
    'addresses.txt',
    `SELECT CASE WHEN i % 4000 = 0 THEN '198.18.' || (i // 4000) % 250 || '.' || i % 250
       ELSE (1 + hash(i) % 9) || '.' || hash(i + 1) % 256 || '.' || hash(i + 2) % 256 || '.' || hash(i + 3) % 256 END FROM range(350000) t(i)`,
  ],
  [
    'networks.netset',
    `SELECT CASE WHEN i % 20000 = 0 THEN '198.19.' || (i // 20000) || '.0/28'
       ELSE (11 + hash(i) % 80) || '.' || hash(i + 1) % 256 || '.' || hash(i + 2) % 256 || '.0/' || (16 + i % 12) END FROM range(200000) t(i)`,
  ],
  ['domains.txt', `SELECT 'host' || i || '.listed' || i % 5000 || '.example' FROM range(350000) t(i)`],
  ['files.txt', `SELECT sha256(i::VARCHAR) FROM range(100000) t(i)`],
];

async function make(db: string, flows: number, feeds: string): Promise<void> {
  await makeSyntheticCase(db, flows);
  mkdirSync(feeds);
  const store = await CaseStore.open(db, { mode: 'update', memoryLimit: '4GB' });
  await store.db.run(
    `INSERT INTO dns (capture_id, source_id, row, uid, ts, orig_h, resp_h, query, qtype_name, answers)
     SELECT 'synthetic0000000', 'synthetic000', i + 1, 'D' || i, TIMESTAMP '2026-01-01' + to_microseconds((hash(i) % 86400000000)::BIGINT),
       '10.' || (i % 250) || '.' || (i % 200) || '.1', '10.0.0.53',
       CASE WHEN i % 500 = 0 THEN 'host' || i || '.listed' || i % 5000 || '.example' ELSE 'www' || i % 300000 || '.site' || i % 100000 || '.example' END,
       'A', ['198.18.' || i % 250 || '.' || (i // 250) % 250]
     FROM range(${Math.floor(flows / 10)}) t(i)`,
  );
  await store.db.run(
    "INSERT INTO source_fields VALUES ('synthetic000', 'dns', 'query'), ('synthetic000', 'dns', 'answers')",
  );
  for (const [name, rows] of FEEDS) {
    await store.db.run(`COPY (${rows}) TO ${lit(join(feeds, name))} (FORMAT csv, HEADER false, QUOTE '')`);
  }
  await store.db.transaction(async () => {
    await views(store);
    await buildAddresses(store.db, defaultOptions);
  });
  store.close();
}

async function views(store: CaseStore): Promise<void> {
  await setVariables(store.db, defaultOptions);
  await ignoreFlows(store.db, []);
  await createViews(store.db);
}

const open = (db: string, memory: string): Promise<CaseStore> =>
  CaseStore.open(db, { mode: 'update', threads: 2, memoryLimit: memory });

const parts = {
  make: async ([db, flows, feeds]: readonly string[]): Promise<void> => make(db!, Number(flows), feeds!),
  query: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await open(db!, memory!);
    await store.db.run(
      `CREATE OR REPLACE TEMP TABLE q AS
         SELECT orig_h, time_bucket(INTERVAL 1 HOUR, ts) AS hour, count(DISTINCT resp_h), sum(orig_size) FROM flows GROUP BY ALL`,
    );
    store.close();
  },
  intel: async ([db, memory, feeds]: readonly string[]): Promise<void> => {
    const store = await open(db!, memory!);
    await views(store);
    const { problems } = await loadIntelligence(store, feeds!);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    await store.db.run('CREATE OR REPLACE TEMP TABLE staged_evidence AS FROM evidence LIMIT 0');
    await store.db.run('CREATE OR REPLACE TEMP TABLE staged_evidence_flows AS FROM evidence_flows LIMIT 0');
    for (const d of loadDetections().filter((x) => x.module === 'intel')) {
      await runDetection(store.db, d, settingsOf(d, undefined), '');
    }
    const found = await store.db.all(
      'SELECT detection, count(*)::INTEGER AS n FROM staged_evidence GROUP BY detection ORDER BY detection',
    );
    const entries = await store.db.number('SELECT sum(entries) FROM feeds');
    process.stderr.write(`${entries} indicators; findings ${JSON.stringify(found)}\n`);
    store.close();
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [flows = '10000000', memory = '1GB'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const db = join(folder, 'synthetic.duckdb');
    const feeds = join(folder, 'feeds');
    run('make', db, flows, feeds);
    const queries = [run('query', db, memory), run('query', db, memory), run('query', db, memory)];
    const ours = run('intel', db, memory, feeds);
    show('one query', median(queries));
    show(`1 M indicators at ${memory}`, ours);
    process.stdout.write(`ratio ${(ours.cpu / median(queries).cpu).toFixed(2)} (target 2)\n`);
    rmSync(db, { force: true });
  });
});
