/**
 * EVE ingest against `sha256sum` plus one bare `CREATE TABLE AS SELECT … FROM read_json` of the columns that are
 * filled, in CPU seconds of one run. `tsx test/bench/eve-ingest.ts [SIZE] [MEMORY_LIMIT]`
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { packageRoot } from '../../cli/package-root.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';
import { eveColumns, readEve } from '../../ingest/suricata/columns.js';
import { unionOfFilledColumns } from './eve-columns.js';

const shared = join(packageRoot, '..', 'shared');
const [task, file, out, limit] = process.argv.slice(2);

interface Usage {
  /** User and system time, s. */
  readonly cpu: number;
  /** Peak resident set, MB. */
  readonly rss: number;
}

if (task === 'child-ingest' || task === 'child-full' || task === 'child-staged') await child(task, file!, out!, limit!);
else main(task ?? '600M', file ?? '1GB');

function main(size: string, memoryLimit: string): void {
  const tool = join(shared, 'tools', 'make-big.sh');
  if (!existsSync(tool)) {
    console.log('skipped: ../shared/tools/make-big.sh is not there');
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), 'eve-bench-'));
  try {
    const input = join(dir, 'eve.json');
    const seed = join(shared, 'data/suricata/slips/test6-malicious.suricata.json');
    const made = spawnSync('bash', [tool, 'eve', seed, input, size], { env: { ...process.env, EXT: '1' } });
    console.log(`input: ${statSync(input).size} bytes, ${made.stderr.toString().trim()}`);
    const hash = sha256sum(input);
    const bare = run('child-full', input, join(dir, 'bare.duckdb'), memoryLimit);
    const staged = run('child-staged', input, join(dir, 'staged.duckdb'), memoryLimit);
    const ours = run('child-ingest', input, join(dir, 'case.duckdb'), memoryLimit);
    console.log(`sha256sum                      ${hash.toFixed(2)} CPU s`);
    console.log(`bare read_json, all typed      ${bare.cpu.toFixed(2)} CPU s`);
    console.log(`bare read_json, as we stage    ${staged.cpu.toFixed(2)} CPU s`);
    console.log(
      `ingest                         ${ours.cpu.toFixed(2)} CPU s, peak RSS ${ours.rss} MB at ${memoryLimit}`,
    );
    console.log(`ratio                          ${(ours.cpu / (hash + bare.cpu)).toFixed(2)} (target 1.5)`);
    console.log(`ratio to the staged columns    ${(ours.cpu / (hash + staged.cpu)).toFixed(2)}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function sha256sum(path: string): number {
  const timed = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time sha256sum "$0" >/dev/null', path], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return timed.stderr
    .toString()
    .trim()
    .split(' ')
    .reduce((sum, part) => sum + Number(part), 0);
}

function run(what: string, input: string, db: string, memoryLimit: string): Usage {
  const self = fileURLToPath(import.meta.url);
  const done = spawnSync(process.execPath, ['--import', 'tsx', self, what, input, db, memoryLimit], {
    cwd: packageRoot,
    maxBuffer: 1e8,
  });
  const line = done.stdout.toString().trim().split('\n').pop() ?? '';
  if (done.status !== 0) throw new Error(`${what}: ${done.stderr.toString()}`);
  return JSON.parse(line) as Usage;
}

async function child(what: string, input: string, db: string, memoryLimit: string): Promise<void> {
  let cpu: number;
  if (what === 'child-ingest') {
    const store = await CaseStore.open(db, { mode: 'create', threads: 2, memoryLimit });
    cpu = await cpuSeconds(async () => {
      await ingest(store, [input]);
    });
    store.close();
  } else {
    const instance = await DuckDBInstance.create(db, { threads: '2', memory_limit: memoryLimit });
    const connection = await instance.connect();
    const columns = what === 'child-full' ? unionOfFilledColumns : eveColumns([]);
    cpu = await cpuSeconds(async () => {
      await connection.run(`CREATE TABLE bare AS SELECT * FROM ${readEve(input, columns, 0)}`);
      await connection.run('CHECKPOINT');
    });
    instance.closeSync();
  }
  console.log(JSON.stringify({ cpu, rss: Math.round(process.resourceUsage().maxRSS / 1024) } satisfies Usage));
}

async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
}
