import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CaseStore } from '../../ingest/case/case-store.js';
import { ingest } from '../../ingest/ingest.js';
import type { ReadOptions } from '../../ingest/reader.js';
import { benchmark, type Cost, grown, median, show, timed, withFolder } from './measure.js';

/**
 * Ingest of a packet capture against tools that only read it, in one run: `argus -r`, `ndpiReader -q`,
 * `tshark -q -z conv,tcp` (those that are installed). Then `--hash-files` against none, on a capture full of files.
 * Usage: tsx test/bench/pcap-ingest.ts [FILE [FILE WITH FILES]]; without them captures of 1 GB and of 256 MB are grown
 * from the data beside the checkout.
 */
const TOOLS: readonly (readonly [name: string, command: (file: string) => string[]])[] = [
  ['argus', (file) => ['argus', '-r', file, '-w', '/dev/null']],
  ['ndpiReader', (file) => ['ndpiReader', '-q', '-i', file]],
  ['tshark', (file) => ['tshark', '-n', '-q', '-z', 'conv,tcp', '-r', file]],
];
/** By HTTP, FTP and SMTP, most of the bytes inside of files. */
const WITH_FILES = [
  'malware/c2/empire__otrf__find_localadmin_smb_svcctl_OpenSCManager_2020-09-22021559.cap',
  'malware/c2/linux-downloader-bot__stratocyberlab__class11-capture1.pcapng',
  'malware/c2/agenttesla__corelight__db9f075c.pcap',
  'zeek-traces/http__methods/trace.pcap',
  'zeek-traces/pe__pe/trace.pcap',
];

await benchmark(
  import.meta.filename,
  {
    ingest: ([file, folder]) => readInto(folder!, file!),
    hashFiles: ([file, folder]) => readInto(folder!, file!, { hashFiles: true }),
  },
  (run) =>
    withFolder(async (folder) => {
      const file = process.argv[2] ?? grown('pcap', 'pcap/slips/test-cc-capture-1.pcap', folder, '1G');
      if (file === undefined) throw new Error('no FILE, and no captures beside the checkout');
      warm(file);
      const ours = run('ingest', file, folder);
      show('slipstream ingest', ours);
      for (const [name, command] of TOOLS) {
        warm(file);
        const cost = timed(command(file));
        if (cost === undefined) continue;
        show(name, cost);
        process.stdout.write(`  ingest uses ${(ours.cpu / cost.cpu).toFixed(2)} of its CPU time\n`);
      }
      const full = process.argv[3] ?? (process.argv[2] ? undefined : grown('pcap', WITH_FILES, folder, '256M'));
      if (full === undefined) return;
      const [without, hashed] = alternating(3, [
        () => run('ingest', full, folder),
        () => run('hashFiles', full, folder),
      ]);
      show('capture full of files', without!);
      show('  --hash-files', hashed!);
      process.stdout.write(`  --hash-files costs ${(hashed!.cpu / without!.cpu).toFixed(2)} times the CPU time\n`);
    }),
);

/** What is compared is work on packets: whoever comes first would else wait for the disk, in system time. */
function warm(file: string): void {
  spawnSync('cat', [file], { stdio: 'ignore' });
}

async function readInto(folder: string, file: string, options: ReadOptions = {}): Promise<void> {
  const path = join(folder, 'case.duckdb');
  const store = await CaseStore.open(path, { mode: 'create', threads: 2 });
  const [result] = await ingest(store, [file], options);
  if (result?.status !== 'read') throw new Error(result?.message);
  await store.close();
  rmSync(path);
}

/** The median of each of several costs, measured in turn. */
function alternating(times: number, measure: readonly (() => Cost)[]): Cost[] {
  const costs = measure.map((): Cost[] => []);
  for (let k = 0; k < times; k++) for (const [i, one] of measure.entries()) costs[i]!.push(one());
  return costs.map(median);
}
