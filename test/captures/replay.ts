/**
 * Replays a capture through a veth pair into `live`: packets sent against packets seen, CPU and memory of both processes.
 *   npx tsx test/captures/replay.ts FILE [ENGINE [RATE...]]     RATE: 100M (bits) or 50k (packets a second)      needs root
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAB_NET, Lab, sleep } from './lab.js';
import { LiveRun, MAIN } from './live-run.js';

const [file, engine = 'tcpdump', ...rates] = process.argv.slice(2);
if (!file) throw new Error('usage: replay.ts FILE [ENGINE [RATE...]]');
const lab = new Lab();
const reason = await lab.up();
if (reason) throw new Error(reason);
process.on('exit', () => lab.down());
const folder = mkdtempSync(join(tmpdir(), 'slipstream-replay-'));
/** CPU seconds of a process, and the most memory it had in MB. */
const used = (pid: number): { cpu: number; mb: number } => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, mb: Math.round(Number(peak?.[1] ?? 0) / 1024) };
};
/** The capture program that a process runs. */
const childOf = (pid: number): number | undefined =>
  readdirSync('/proc')
    .map(Number)
    .find((p) => p > 0 && ppidOf(p) === pid && !/cp/.test(nameOf(p)));
const nameOf = (pid: number): string => stat(pid).replace(/^\d+ \((.*)\).*/s, '$1');
const ppidOf = (pid: number): number =>
  Number(
    stat(pid)
      .slice(stat(pid).lastIndexOf(')') + 2)
      .split(' ')[1],
  );
function stat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}
for (const rate of rates.length > 0 ? rates : ['100M', '50k']) {
  const db = join(folder, `${engine}-${rate}.duckdb`);
  const args = ['live', '-i', 'eth0', '--db', db, '--engine', engine, '--home-net', LAB_NET, '--json'];
  const run = new LiveRun(lab.start('victim', process.execPath, MAIN, ...args), db);
  // One packet begins the capture; it is not of the replay.
  await run.capturing(() => lab.inside('client', 'nmap', '-n', '-Pn', '-sT', '-p', '9', '10.77.0.10'));
  await sleep(2000);
  const before = used(run.child.pid!);
  const speed = rate.endsWith('M')
    ? `--mbps=${Number(rate.slice(0, -1))}`
    : `--pps=${Number(rate.slice(0, -1)) * 1000}`;
  const began = performance.now();
  const replay = lab.inside(
    'attacker',
    'tcpreplay',
    '-q',
    '-K',
    '--loop=0',
    '--duration=15',
    '-i',
    'eth0',
    speed,
    file,
  );
  const seconds = (performance.now() - began) / 1000;
  await sleep(3000);
  const after = used(run.child.pid!);
  const program = childOf(run.child.pid!);
  const theirs = program === undefined ? undefined : used(program);
  const code = await run.stop();
  const sent = Number(/Actual: (\d+) packets/.exec(replay.stdout)?.[1] ?? Number.NaN);
  const actual = /Rated:.*/.exec(replay.stdout)?.[0];
  // Only what the attacker's side sent: the probe of the client and ARP are told apart by their frames' sender.
  const rest = run.events.at(-1)!;
  process.stdout.write(
    `${JSON.stringify({
      engine,
      rate,
      sent,
      rated: actual,
      seconds: Number(seconds.toFixed(1)),
      seen: rest.packets,
      kernel_received: rest.received,
      dropped: rest.dropped,
      exit: code,
      cpu_seconds: { slipstream: Number((after.cpu - before.cpu).toFixed(2)), program: theirs?.cpu },
      peak_mb: { slipstream: after.mb, program: theirs?.mb },
      stderr: run.stderr,
    })}\n`,
  );
}
spawnSync('rm', ['-rf', folder]);
process.exit(0);
