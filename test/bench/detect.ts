/**
 * `detect` on a synthetic case of 10 M flows with 1 M distinct pairs, against one
 * `SELECT count(DISTINCT resp_h), sum(orig_size) … GROUP BY orig_h, hour`, CPU seconds of one run.
 * Usage: tsx test/bench/detect.ts [FLOWS=10000000] [MEMORY=1GB]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { benchmark, median, show, withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';

const parts = {
  make: async ([db, flows]: readonly string[]): Promise<void> => makeSyntheticCase(db!, Number(flows)),
  query: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await CaseStore.open(db!, { mode: 'update', threads: 2, memoryLimit: memory! });
    await store.db.run(
      `CREATE OR REPLACE TEMP TABLE q AS
         SELECT orig_h, time_bucket(INTERVAL 1 HOUR, ts) AS hour, count(DISTINCT resp_h), sum(orig_size) FROM flows GROUP BY ALL`,
    );
    store.close();
  },
  detect: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await CaseStore.open(db!, { mode: 'update', threads: 2, memoryLimit: memory! });
    await detect(store, defaultOptions);
    store.close();
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [flows = '10000000', memory = '1GB'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const db = join(folder, 'synthetic.duckdb');
    run('make', db, flows);
    const queries = [run('query', db, memory), run('query', db, memory), run('query', db, memory)];
    const ours = run('detect', db, memory);
    show('one query', median(queries));
    show(`detect at ${memory}`, ours);
    process.stdout.write(`ratio ${(ours.cpu / median(queries).cpu).toFixed(1)} (target 12)\n`);
    rmSync(db, { force: true });
  });
});
