import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';
import { benchmark, type Cost, grown, show, withFolder } from './measure.js';

/**
 * Ingest of a packet capture against tools that only read it, in one run: `argus -r`, `ndpiReader -q`,
 * `tshark -q -z conv,tcp` (those that are installed).
 * Usage: tsx test/bench/pcap-ingest.ts [FILE]; without a file one of 1 GB is grown beside the checkout's data.
 */
const TOOLS: readonly (readonly [name: string, command: (file: string) => string[]])[] = [
  ['argus', (file) => ['argus', '-r', file, '-w', '/dev/null']],
  ['ndpiReader', (file) => ['ndpiReader', '-q', '-i', file]],
  ['tshark', (file) => ['tshark', '-n', '-q', '-z', 'conv,tcp', '-r', file]],
];

await benchmark(
  import.meta.filename,
  {
    async ingest([file, folder]) {
      const store = await CaseStore.open(join(folder!, 'case.duckdb'), { mode: 'create', threads: 2 });
      const [result] = await ingest(store, [file!]);
      if (result?.status !== 'read') throw new Error(result?.message);
      store.close();
    },
  },
  (run) =>
    withFolder(async (folder) => {
      const file = process.argv[2] ?? grown('pcap', 'pcap/slips/test-cc-capture-1.pcap', folder, '1G');
      if (file === undefined) throw new Error('no FILE, and no captures beside the checkout');
      const ours = run('ingest', file, folder);
      rmSync(join(folder, 'case.duckdb'));
      show('slipstream ingest', ours);
      for (const [name, command] of TOOLS) {
        const cost = timed(command(file));
        if (cost === undefined) continue;
        show(name, cost);
        process.stdout.write(`  ingest uses ${(ours.cpu / cost.cpu).toFixed(2)} of its CPU time\n`);
      }
    }),
);

/** What a program used; undefined when it is not installed. */
function timed(command: readonly string[]): Cost | undefined {
  if (spawnSync('which', [command[0]!]).status !== 0) return undefined;
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null 2>&1';
  const run = spawnSync('bash', ['-c', script, 'bash', ...command], {
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  const [user, system, wall] = run.stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return { cpu: user! + system!, wall: wall!, rss: 0 };
}
