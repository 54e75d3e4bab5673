/**
 * A long live capture in the laboratory: memory by quarter, windows, packets that passed the interface while it was captured
 * from against packets seen.
 *   npx tsx test/captures/soak.ts [MINUTES [WINDOW_SECONDS [RETAIN]]]      needs root
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAB_NET, Lab, sleep, VICTIM } from './lab.js';
import { LiveRun, MAIN } from './live-run.js';

const [minutes = 20, width = 5] = process.argv.slice(2, 4).map(Number);
const retain = process.argv[4] ?? '60s';
const lab = new Lab();
const reason = await lab.up();
if (reason) throw new Error(reason);
process.on('exit', () => lab.down());
await lab.serving('listening', lab.peer('victim', 'web', VICTIM));
const db = join(tmpdir(), `slipstream-soak-${process.pid}`, 'case.duckdb');
const run = new LiveRun(
  lab.start(
    'victim',
    ...[process.execPath, MAIN, 'live', '-i', 'eth0', '--db', db, '--window', `${width}s`, '--retain', retain],
    ...['--home-net', LAB_NET, '--flush', '1s', '--json'],
  ),
  db,
);
/** Packets that passed the victim's interface. */
const passed = (): number =>
  ['rx', 'tx'].reduce(
    (n, way) => n + Number(lab.inside('victim', 'cat', `/sys/class/net/eth0/statistics/${way}_packets`).stdout),
    0,
  );
await run.event((e) => e.event === 'capturing');
const before = passed();
const calls = lab.peer('client', 'calls', `http://${VICTIM}/`, '0.2', '100000000');
const megabytes: number[] = [];
const end = performance.now() + minutes * 60_000;
for (let i = 0; performance.now() < end; i++) {
  if (i % 4 === 0)
    lab.inside('attacker', 'nmap', '-n', '-Pn', '-sT', '-T4', '--max-retries', '0', '-p', '1-60', VICTIM);
  await sleep(2500);
  const status = readFileSync(`/proc/${run.child.pid}/status`, 'utf8');
  megabytes.push(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
  if (i % 24 === 0) {
    const windows = run.events.filter((e) => e.event === 'window');
    process.stdout.write(`${i * 2.5} s: ${megabytes.at(-1)!.toFixed(0)} MB, ${windows.length} windows\n`);
  }
}
calls.kill('SIGKILL');
await sleep(2000);
const through = passed() - before;
const code = await run.stop();
const quarter = (n: number): number => {
  const part = megabytes.slice(Math.floor((n * megabytes.length) / 4), Math.floor(((n + 1) * megabytes.length) / 4));
  return part.reduce((a, b) => a + b, 0) / Math.max(1, part.length);
};
const windows = run.events.filter((e) => e.event === 'window');
const times = windows.map((e) => Number(e.analysis_seconds)).sort((a, b) => a - b);
const last = run.events.at(-1)!;
process.stdout.write(
  `${JSON.stringify({
    exit: code,
    windows: new Set(windows.map((e) => e.end)).size,
    analysis_seconds: { median: times[times.length >> 1], most: times.at(-1) },
    rss_mb_by_quarter: [0, 1, 2, 3].map((n) => Math.round(quarter(n))),
    last_over_first: Number((quarter(3) / quarter(0) - 1).toFixed(4)),
    packets_passed: through,
    packets_seen: last.packets,
    kernel: { received: last.received, dropped: last.dropped },
    evidence: run.events.filter((e) => e.event === 'evidence').length,
    alerts: run.events.filter((e) => e.event === 'alert').length,
    stderr: run.stderr,
  })}\n`,
);
process.exit(0);
