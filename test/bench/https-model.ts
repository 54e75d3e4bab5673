/**
 * The https model on made cases: training on 1,000,000 labelled TLS flows, and scoring a case of 10,000,000 flows, both
 * with their peak of memory against the limit. Usage: tsx test/bench/https-model.ts [TRAIN=1000000] [SCORE=10000000]
 */
import { join } from 'node:path';
import { defaultOptions } from '../../analysis/options.js';
import { createViews } from '../../analysis/views.js';
import { ignoreFlows } from '../../analysis/whitelist/ignore-flows.js';
import { setVariables } from '../../analysis/windows/set-variables.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { kind } from '../../models/https/kind.js';
import type { Group } from '../../models/kind.js';
import { shippedModel } from '../../models/registry.js';
import { benchmark, show, withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';

const LIMIT = '1GB';
const SITES = 8;

/** Every second TLS flow of the made case gets a certificate of its own making and, in half of the sites, is malicious. */
async function addTls(path: string): Promise<void> {
  const store = await CaseStore.open(path, { mode: 'update', memoryLimit: '4GB' });
  const { db } = store;
  await db.run(`INSERT INTO sources SELECT 'site' || i, 'site' || i, 'zeek', '.', NULL FROM range(${SITES}) t(i)`);
  await db.run(`UPDATE flows SET source_id = 'site' || (flow_id % ${SITES})`);
  await db.run(`INSERT INTO source_fields SELECT 'site' || i, 'ssl', 'version' FROM range(${SITES}) t(i)`);
  await db.run(
    `INSERT INTO ssl BY NAME
     SELECT capture_id, source_id, row, uid, ts, orig_h, orig_p, resp_h, resp_p,
       CASE WHEN odd THEN 'TLSv12' ELSE 'TLSv13' END AS version, 'TLS_AES_128_GCM_SHA256' AS cipher, 'x25519' AS curve,
       CASE WHEN NOT odd OR flow_id % 7 = 0 THEN 'www' || flow_id % 1000 || '.example.com' END AS server_name,
       flow_id % 3 = 0 AS resumed, true AS established,
       CASE WHEN odd THEN 'CN=x' || flow_id % 97 END AS subject, CASE WHEN odd THEN 'CN=x' || flow_id % 89 END AS issuer,
       CASE WHEN odd THEN ts - INTERVAL 100 DAY END AS not_before, CASE WHEN odd THEN ts + INTERVAL 900 DAY END AS not_after
     FROM (SELECT *, (flow_id // ${SITES}) % 2 = 0 AS odd FROM flows WHERE service = 'ssl')`,
  );
  await db.run(
    `INSERT INTO labels SELECT f.source_id, f.uid, c, NULL, c, 'option' FROM (
       SELECT *, CASE WHEN (flow_id // ${SITES}) % 2 = 0 AND flow_id % ${SITES} < 4 THEN 'malicious' ELSE 'benign' END AS c FROM flows WHERE service = 'ssl') f`,
  );
  store.close();
}

const open = async (path: string): Promise<CaseStore> => {
  const store = await CaseStore.open(path, { mode: 'update', threads: 2, memoryLimit: LIMIT });
  await setVariables(store.db, defaultOptions);
  await ignoreFlows(store.db, []);
  await createViews(store.db);
  return store;
};

await benchmark(
  import.meta.filename,
  {
    make: async ([path, flows]) => {
      await makeSyntheticCase(path!, Number(flows));
      await addTls(path!);
    },
    train: async ([path]) => {
      const store = await open(path!);
      const groups: Group[] = Array.from({ length: SITES }, (_, i) => ({
        name: `site${i}`,
        family: i < 4 ? `family${i % 2}` : `site${i}`,
        files: [],
      }));
      await store.db.run('CREATE TEMP TABLE model_groups (site VARCHAR, number INTEGER, name VARCHAR, family VARCHAR)');
      for (const [i, g] of groups.entries()) {
        await store.db.run(`INSERT INTO model_groups VALUES ('${g.name}', ${i}, '${g.name}', '${g.family}')`);
      }
      const data = { store, groups, files: [], close: () => store.close() };
      const { card } = await kind.train(data, {
        seed: 1,
        engine: 'native',
        maxFpr: 0.01,
        signal: new AbortController().signal,
        progress: () => undefined,
      });
      process.stdout.write(`${JSON.stringify({ rows: card.metrics.held_out?.n, auc: card.metrics.held_out?.auc })}\n`);
      data.close();
    },
    score: async ([path]) => {
      const store = await open(path!);
      await (await kind.load(shippedModel('https')!)).scoreCase(store, defaultOptions);
      store.close();
    },
  },
  async (run) => {
    const [train = '1000000', score = '10000000'] = process.argv.slice(2);
    await withFolder(async (folder) => {
      const small = join(folder, 'train.duckdb');
      // Seven flows of ten are TLS.
      run('make', small, String(Math.ceil(Number(train) / 0.7)));
      show(`train on ${train} flows at ${LIMIT}`, run('train', small));
      const big = join(folder, 'score.duckdb');
      run('make', big, score);
      show(`score ${score} flows, 7 of 10 TLS, at ${LIMIT}`, run('score', big));
    });
  },
);
