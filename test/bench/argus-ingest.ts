import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';

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

interface Cost {
  /** CPU seconds, user and system. */
  readonly cpu: number;
  /** Wall clock seconds. */
  readonly wall: number;
  /** Peak memory of the process, MB. */
  readonly rss: number;
}

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

async function part(name: string, file: string, folder: string): Promise<void> {
  const start = process.cpuUsage();
  const from = Date.now();
  if (name === 'hash') createHash('sha256').update(readFileSync(file)).digest('hex');
  else if (name === 'bare') {
    const db = await DuckDBInstance.create(join(folder, 'bare.duckdb'), { threads: '2', memory_limit: MEMORY });
    const connection = await db.connect();
    const columns = HEADER.split(',').map((c, i) => `'${c}': '${TYPES[i]}'`);
    await connection.run(
      `CREATE TABLE t AS SELECT * FROM read_csv('${file.replaceAll("'", "''")}', header = false, skip = 1, delim = ',', quote = '',
         auto_detect = false, columns = {${columns.join(', ')}})`,
    );
    await connection.run('CHECKPOINT');
  } else {
    const path = join(folder, 'case.duckdb');
    const store = await CaseStore.open(path, { mode: 'create', threads: 2, memoryLimit: MEMORY });
    await ingest(store, [file]);
    store.close();
  }
  const used = process.cpuUsage(start);
  const cost: Cost = {
    cpu: (used.user + used.system) / 1e6,
    wall: (Date.now() - from) / 1e3,
    rss: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  console.log(JSON.stringify(cost));
}

function measure(name: string, file: string): Cost {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const self = fileURLToPath(import.meta.url);
    const out = execFileSync(process.execPath, [...process.execArgv, self, '--part', name, file, folder], {
      encoding: 'utf8',
    });
    return JSON.parse(out) as Cost;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === '--part') await part(process.argv[3]!, process.argv[4]!, process.argv[5]!);
else {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const file = process.argv[3] ?? join(folder, 'big.binetflow');
    if (process.argv[3] === undefined) writeFlows(file, Number(process.argv[2] ?? 1_000_000));
    // The least of three rounds, each with all parts: other work on the machine falls on all alike.
    const rounds = [1, 2, 3].map(() => ['hash', 'bare', 'ingest'].map((name) => measure(name, file)));
    const least = (i: number): Cost =>
      rounds.map((r) => r[i]!).reduce((best, cost) => (cost.cpu < best.cpu ? cost : best));
    const [hash, bare, whole] = [least(0), least(1), least(2)];
    const ratio = whole.cpu / (hash.cpu + bare.cpu);
    console.log(JSON.stringify({ hash, bare, ingest: whole, ratio: Number(ratio.toFixed(2)) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
