import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CaseStore } from '../../ingest/case/case-store.js';
import { lit } from '../../ingest/case/sql.js';
import { ingest } from '../../ingest/ingest.js';
import { benchmark, sha256Cpu, show, withFolder } from './measure.js';

/**
 * Ingest of Argus text against the least that could be done with it: hashing the file and one bare
 * `CREATE TABLE AS SELECT … read_csv` of the same columns. Each part runs in a process of its own.
 * Usage: tsx test/bench/argus-ingest.ts [ROWS=1000000] [FILE]
 */
const HEADER =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,SrcPkts,Label';
const TYPES = [
  'TIMESTAMP',
  'DOUBLE',
  ...Array<string>(8).fill('VARCHAR'),
  'VARCHAR',
  'BIGINT',
  'BIGINT',
  'BIGINT',
  'BIGINT',
  'VARCHAR',
];
const MEMORY = '1GB';

/** Writes flows that look like an office with a scan in it; the same bytes for the same number. */
function writeFlows(path: string, rows: number): void {
  const fd = openSync(path, 'w');
  let seed = 7;
  const next = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % n;
  };
  const states = ['FSPA_FSPA', 'SRPA_FSPA', 'SPA_SPA', 'S_RA', 'S_', 'FSRPA_FSPA'];
  let text = `${HEADER}\n`;
  for (let i = 0; i < rows; i++) {
    const udp = next(3) === 0;
    const time = new Date(1_520_000_000_000 + i * 37).toISOString().slice(0, 23).replace(/-/g, '/').replace('T', ' ');
    const source = `10.${next(4)}.${next(200)}.${1 + next(250)}`;
    const target = udp ? '10.0.0.53' : `${20 + next(180)}.${next(250)}.${next(250)}.${1 + next(250)}`;
    const packets = 1 + next(20);
    const bytes = packets * (60 + next(900));
    const both = packets + next(20);
    const total = bytes + (both - packets) * (60 + next(900));
    text += `${time}${String(next(1000)).padStart(3, '0')},${(next(1e8) / 1e6).toFixed(6)},${udp ? 'udp' : 'tcp'},${source},${1024 + next(60000)},${udp ? '  <->' : '   ->'},${target},${udp ? 53 : 443},${udp ? 'CON' : states[next(6)]},0,0,${both},${total},${bytes},${packets},\n`;
    if (text.length > 4_000_000) {
      writeSync(fd, text);
      text = '';
    }
  }
  writeSync(fd, text);
  closeSync(fd);
}

const parts = {
  bare: async ([file, db]: readonly string[]): Promise<void> => {
    const instance = await DuckDBInstance.create(db!, { threads: '2', memory_limit: MEMORY });
    const connection = await instance.connect();
    const columns = HEADER.split(',').map((c, i) => `${lit(c)}: ${lit(TYPES[i]!)}`);
    await connection.run(
      `CREATE TABLE t AS SELECT * FROM read_csv(${lit(file!)}, header = false, skip = 1, delim = ',', quote = '',
         auto_detect = false, columns = {${columns.join(', ')}})`,
    );
    await connection.run('CHECKPOINT');
  },
  ingest: async ([file, db]: readonly string[]): Promise<void> => {
    const store = await CaseStore.open(db!, { mode: 'create', threads: 2, memoryLimit: MEMORY });
    await ingest(store, [file!]);
    store.close();
  },
};

await benchmark(import.meta.filename, parts, async (run) => {
  await withFolder(async (folder) => {
    const [rows = '1000000', given] = process.argv.slice(2);
    const file = given ?? join(folder, 'big.binetflow');
    if (given === undefined) writeFlows(file, Number(rows));
    const hash = sha256Cpu(file);
    const bare = run('bare', file, join(folder, 'bare.duckdb'));
    const ours = run('ingest', file, join(folder, 'case.duckdb'));
    process.stdout.write(`sha256sum                          ${hash.toFixed(2)} CPU s\n`);
    show('bare read_csv', bare);
    show(`ingest at ${MEMORY}`, ours);
    process.stdout.write(`ratio ${(ours.cpu / (hash + bare.cpu)).toFixed(2)}\n`);
  });
});
