/**
 * CPU seconds of each detection on the synthetic case, against one
 * `SELECT count(DISTINCT resp_h), sum(orig_size) … GROUP BY orig_h, hour` over the same rows, in one run.
 * With `protocols`, nine of ten flows have a TLS handshake, HTTP request or DNS transaction.
 * Usage: tsx test/bench/detections.ts [FLOWS=3000000] [flows|protocols=flows] [ID,...=all]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detect } from '../../analysis/detect.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { defaultOptions } from '../../analysis/options.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { benchmark, median, show, withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';

const open = (db: string): Promise<CaseStore> => CaseStore.open(db, { mode: 'update', threads: 2, memoryLimit: '1GB' });

const parts = {
  make: async ([db, flows, rows]: readonly string[]): Promise<void> =>
    makeSyntheticCase(db!, Number(flows), rows === 'protocols'),
  query: async ([db]: readonly string[]): Promise<void> => {
    const store = await open(db!);
    await store.db.run(
      `CREATE OR REPLACE TEMP TABLE q AS
         SELECT orig_h, time_bucket(INTERVAL 1 HOUR, ts) AS hour, count(DISTINCT resp_h), sum(orig_size) FROM flows GROUP BY ALL`,
    );
    store.close();
  },
  /** Writes one line per detection to the file `table`. */
  detect: async ([db, table, ids]: readonly string[]): Promise<void> => {
    const wanted = new Set((ids ?? '').split(',').filter((id) => id !== ''));
    const detections = loadDetections().filter((d) => wanted.size === 0 || wanted.has(d.id));
    const known = new Set(detections.map((d) => d.id));
    const store = await open(db!);
    const seconds = new Map<string, number>();
    let running: string | undefined;
    let from = process.cpuUsage();
    await detect(
      store,
      defaultOptions,
      (step) => {
        const used = process.cpuUsage(from);
        if (running !== undefined) seconds.set(running, (used.user + used.system) / 1e6);
        running = known.has(step) ? step : undefined;
        from = process.cpuUsage();
      },
      detections,
    );
    const runs = await store.db.all<{ detection: string; status: string; findings: bigint }>(
      'SELECT detection, status, findings FROM detection_runs ORDER BY detection',
    );
    store.close();
    const sum = [...seconds.values()].reduce((a, b) => a + b, 0);
    const lines = runs.map((r) => {
      const cost = (seconds.get(r.detection) ?? 0).toFixed(2).padStart(6);
      return `${r.detection.padEnd(34)} ${cost} CPU s  ${r.status}, ${r.findings} findings\n`;
    });
    writeFileSync(table!, `${lines.join('')}${'sum'.padEnd(34)} ${sum.toFixed(2).padStart(6)} CPU s\n`);
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [flows = '3000000', rows = 'flows', ids = ''] = process.argv.slice(2);
  if (!['flows', 'protocols'].includes(rows)) throw new Error(`${rows}: expected flows or protocols`);
  await withFolder(async (folder) => {
    const db = join(folder, 'synthetic.duckdb');
    run('make', db, flows, rows);
    const queries = [run('query', db), run('query', db), run('query', db)];
    show('one query', median(queries));
    const table = join(folder, 'table.txt');
    show('detect', run('detect', db, table, ids));
    process.stdout.write(readFileSync(table, 'utf8'));
  });
});
