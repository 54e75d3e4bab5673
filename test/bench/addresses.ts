/**
 * What is known about addresses: AS number and organisation, country and the rest of the table `addresses`, for a case whose
 * flows lead to as many different public addresses as it has pairs. The distinct addresses are joined by ASOF to the shipped
 * ranges. Against the bare `SELECT count(DISTINCT orig_h), count(DISTINCT resp_h)`, CPU seconds of one run.
 * Usage: tsx test/bench/addresses.ts [FLOWS=10000000] [MEMORY=1GB]
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultOptions } from '../../analysis/options.js';
import { runPass } from '../../analysis/passes.js';
import { buildAddresses } from '../../analysis/profiles/build.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { benchmark, median, show, withFolder } from './measure.js';
import { openViews } from './open-views.js';
import { makeSyntheticCase } from './synthetic-case.js';

const parts = {
  make: async ([db, flows]: readonly string[]): Promise<void> => {
    await makeSyntheticCase(db!, Number(flows));
    const store = await CaseStore.open(db!, { mode: 'update', memoryLimit: '4GB' });
    // An address of its own for each pair, between 11.0.0.0 and 99.255.255.255.
    await store.db.run(
      `UPDATE flows SET resp_h = (11 + h % 89) || '.' || (h // 89) % 256 || '.' || (h // 22784) % 256 || '.' || (h // 5832704) % 256
       FROM (SELECT flow_id, hash(orig_h || resp_h) AS h FROM flows) n WHERE n.flow_id = flows.flow_id`,
    );
    store.close();
  },
  distinct: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await openViews(db!, memory!);
    await store.db.run(
      'CREATE OR REPLACE TEMP TABLE q AS SELECT count(DISTINCT orig_h), count(DISTINCT resp_h) FROM flows',
    );
    store.close();
  },
  list: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await openViews(db!, memory!);
    await store.db.transaction(() => runPass(store.db, 'addresses/addresses.sql'));
    store.close();
  },
  addresses: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await openViews(db!, memory!);
    await store.db.transaction(() => buildAddresses(store.db, defaultOptions));
    const known = await store.db.number('SELECT count(asn) / count(*) FROM addresses');
    if (known < 0.5) throw new Error(`only ${known} of the addresses have an AS number`);
    store.close();
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [flows = '10000000', memory = '1GB'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const db = join(folder, 'synthetic.duckdb');
    run('make', db, flows);
    const bare = median([1, 2, 3].map(() => run('distinct', db, memory)));
    const list = run('list', db, memory);
    const all = run('addresses', db, memory);
    show('count(DISTINCT) of both ends', bare);
    show('distinct addresses with keys and scope', list);
    show(`table addresses at ${memory}`, all);
    const ratio = (cpu: number): string => (cpu / bare.cpu).toFixed(2);
    process.stdout.write(`ratio ${ratio(all.cpu)}; of that look-ups and the table ${ratio(all.cpu - list.cpu)}\n`);
  });
});
