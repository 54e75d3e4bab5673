/**
 * EVE ingest against `sha256sum` plus one bare `CREATE TABLE AS SELECT … FROM read_json` of the columns that are
 * filled, in CPU seconds of one run. `tsx test/bench/eve-ingest.ts [SIZE=600M] [MEMORY=1GB]`
 */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';
import { type EveColumn, eveColumns, readEve } from '../../ingest/suricata/columns.js';
import { unionOfFilledColumns } from './eve-columns.js';
import { benchmark, grown, sha256Cpu, show, withFolder } from './measure.js';

async function bare(columns: readonly EveColumn[], [file, db, memory]: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(db!, { threads: '2', memory_limit: memory! });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE bare AS SELECT * FROM ${readEve(file!, columns, 0)}`);
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
}

const parts = {
  typed: (args: readonly string[]): Promise<void> => bare(unionOfFilledColumns, args),
  staged: (args: readonly string[]): Promise<void> => bare(eveColumns([]), args),
  ingest: async ([file, db, memory]: readonly string[]): Promise<void> => {
    const store = await CaseStore.open(db!, { mode: 'create', threads: 2, memoryLimit: memory! });
    await ingest(store, [file!]);
    store.close();
  },
};

await benchmark(import.meta.filename, parts, async (run) => {
  const [size = '600M', memory = '1GB'] = process.argv.slice(2);
  await withFolder(async (folder) => {
    const file = grown('eve', 'suricata/slips/test6-malicious.suricata.json', folder, size);
    if (file === undefined) {
      process.stdout.write('skipped: no captures beside the checkout\n');
      return;
    }
    const hash = sha256Cpu(file);
    const typed = run('typed', file, join(folder, 'typed.duckdb'), memory);
    const staged = run('staged', file, join(folder, 'staged.duckdb'), memory);
    const ours = run('ingest', file, join(folder, 'case.duckdb'), memory);
    process.stdout.write(`sha256sum                          ${hash.toFixed(2)} CPU s\n`);
    show('bare read_json, all typed', typed);
    show('bare read_json, as we stage', staged);
    show(`ingest at ${memory}`, ours);
    process.stdout.write(`ratio ${(ours.cpu / (hash + typed.cpu)).toFixed(2)} (target 1.5)\n`);
    process.stdout.write(`ratio to the staged columns ${(ours.cpu / (hash + staged.cpu)).toFixed(2)}\n`);
  });
});
