/**
 * Zeek conn.log ingest against `sha256sum` plus one bare `CREATE TABLE AS SELECT … FROM read_csv` of the same columns,
 * CPU seconds of one run, medians of three. Then the same at four times the size: memory and cost per row stay.
 * Usage: tsx test/bench/zeek-ingest.ts [SIZE=250M] [MEMORY=1GB]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { CaseStore } from '../../ingest/case/case-store.js';
import { STORAGE_VERSION } from '../../ingest/case/engine.js';
import { lit } from '../../ingest/case/sql.js';
import { ingest } from '../../ingest/ingest.js';
import { benchmark, type Cost, grown, median, sha256Cpu, show, withFolder } from './measure.js';

const COLUMNS: readonly (readonly [string, string])[] = [
  ['ts', 'DOUBLE'],
  ['uid', 'VARCHAR'],
  ['id.orig_h', 'VARCHAR'],
  ['id.orig_p', 'INTEGER'],
  ['id.resp_h', 'VARCHAR'],
  ['id.resp_p', 'INTEGER'],
  ['proto', 'VARCHAR'],
  ['service', 'VARCHAR'],
  ['duration', 'DOUBLE'],
  ['orig_bytes', 'BIGINT'],
  ['resp_bytes', 'BIGINT'],
  ['conn_state', 'VARCHAR'],
  ['local_orig', 'VARCHAR'],
  ['local_resp', 'VARCHAR'],
  ['missed_bytes', 'BIGINT'],
  ['history', 'VARCHAR'],
  ['orig_pkts', 'BIGINT'],
  ['orig_ip_bytes', 'BIGINT'],
  ['resp_pkts', 'BIGINT'],
  ['resp_ip_bytes', 'BIGINT'],
  ['tunnel_parents', 'VARCHAR'],
];

const parts = {
  bare: async ([file, db, memory]: readonly string[]): Promise<void> => {
    const instance = await DuckDBInstance.create(db!, {
      threads: '2',
      memory_limit: memory!,
      storage_compatibility_version: STORAGE_VERSION,
    });
    const connection = await instance.connect();
    const columns = COLUMNS.map(([n, t]) => `${lit(n)}: ${lit(t)}`).join(', ');
    await connection.run(
      `CREATE TABLE t AS SELECT * FROM read_csv(${lit(file!)}, skip = 8, delim = '\t', quote = '', escape = '', header = false,
         nullstr = ['-', '(empty)'], auto_detect = false, columns = {${columns}})`,
    );
    connection.closeSync();
    instance.closeSync();
  },
  ingest: async ([file, db, memory]: readonly string[]): Promise<void> => {
    const store = await CaseStore.open(db!, { mode: 'create', threads: 2, memoryLimit: memory! });
    await ingest(store, [file!]);
    store.close();
  },
};

await benchmark(fileURLToPath(import.meta.url), parts, async (run) => {
  const [size = '250M', memory = '1GB'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const seed = 'zeek/rita/proxy/conn.log';
    const file = grown('conn', seed, folder, size);
    if (!file) {
      process.stdout.write('skipped: no captures beside the checkout\n');
      return;
    }
    const db = join(folder, 'db.duckdb');
    const once = (part: string, input: string): Cost => {
      const cost = run(part, input, db, memory);
      rmSync(db, { force: true });
      return cost;
    };
    const bare: Cost[] = [];
    const ours: Cost[] = [];
    for (let i = 0; i < 3; i++) {
      bare.push(once('bare', file));
      ours.push(once('ingest', file));
    }
    const hash = sha256Cpu(file);
    process.stdout.write(`sha256sum                          ${hash.toFixed(2)} CPU s\n`);
    show('bare read_csv', median(bare));
    show(`ingest at ${memory}`, median(ours));
    process.stdout.write(`ratio ${(median(ours).cpu / (hash + median(bare).cpu)).toFixed(2)} (target 1.5)\n`);
    rmSync(file);
    const four = grown(
      'conn',
      seed,
      folder,
      size.replace(/^\d+/, (n) => String(4 * Number(n))),
    )!;
    const big = once('ingest', four);
    show('ingest of 4 x the input', big);
    process.stdout.write(
      `peak memory 4 x / 1 x ${(big.rss / median(ours).rss).toFixed(2)}, CPU 4 x / 1 x ${(big.cpu / median(ours).cpu).toFixed(2)}\n`,
    );
  });
});
