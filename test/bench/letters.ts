/**
 * The letters of a synthetic case of 10 M flows against one ordered scan of the same columns, CPU seconds of one run.
 * Usage: tsx test/bench/letters.ts [FLOWS=10000000] [MEMORY=1GB]
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildLetters } from '../../analysis/letters/build.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { benchmark, median, show, withFolder } from './measure.js';
import { openViews } from './open-views.js';
import { makeSyntheticCase } from './synthetic-case.js';

const open = (db: string, memory: string): Promise<CaseStore> =>
  CaseStore.open(db, { mode: 'update', threads: 2, memoryLimit: memory });

const parts = {
  make: async ([db, flows]: readonly string[]): Promise<void> => makeSyntheticCase(db!, Number(flows)),
  scan: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await open(db!, memory!);
    await store.db.run(
      `CREATE TEMP TABLE ordered AS
         SELECT orig_h, resp_h, resp_p, proto, ts, duration, orig_bytes, resp_bytes, flow_id
         FROM flows ORDER BY orig_h, resp_h, resp_p, proto, ts, flow_id`,
    );
    store.close();
  },
  letters: async ([db, memory]: readonly string[]): Promise<void> => {
    const store = await openViews(db!, memory!);
    await store.db.transaction(() => buildLetters(store.db, defaultOptions.letters));
    store.close();
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [flows = '10000000', memory = '1GB'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const db = join(folder, 'synthetic.duckdb');
    run('make', db, flows);
    const scans = [run('scan', db, memory), run('scan', db, memory), run('scan', db, memory)];
    const ours = run('letters', db, memory);
    show('one ordered scan', median(scans));
    show(`letters at ${memory}`, ours);
    process.stdout.write(`ratio ${(ours.cpu / median(scans).cpu).toFixed(2)} (target 4)\n`);
  });
});
