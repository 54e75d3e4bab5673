/**
 * Kills a live capture at seeded moments: each time the case has to open, `detect` to complete, and of the datagrams that
 * reached the interface only those of the last flush interval may be missing from the case.
 *   npx tsx test/captures/kill.ts [TIMES [SEED]]      needs root
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, query } from '../support/cli.js';
import { LAB_NET, Lab, sleep, VICTIM } from './lab.js';
import { LiveRun, MAIN } from './live-run.js';

const [times = 20, seed = 1] = process.argv.slice(2).map(Number);
/** Seconds between two writes; what is written takes its time on top. */
const FLUSH = 1;
const WRITING = 2;
const PORT = '9999';
const lab = new Lab();
const reason = await lab.up();
if (reason) throw new Error(reason);
process.on('exit', () => lab.down());
/** When each datagram that reached the victim was sent, in milliseconds. */
const arrived: number[] = [];
const receiver = await lab.serving('listening', lab.peer('victim', 'receive', VICTIM, PORT));
let rest = '';
receiver.stdout!.on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop()!;
  for (const line of lines) arrived.push(Number(line.split(' ')[1]));
});
lab.peer('client', 'send', VICTIM, PORT, '10');
await lab.serving('listening', lab.peer('victim', 'web', VICTIM));
lab.peer('client', 'calls', `http://${VICTIM}/`, '0.1', '100000000');
const folder = mkdtempSync(join(tmpdir(), 'slipstream-kill-'));
const db = join(folder, 'case.duckdb');
let state = seed;
/** Uniform in [0, 1): the minimal standard generator. */
const random = (): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};

interface Kept {
  readonly packets: number;
  readonly first: number;
  readonly last: number;
}

/** The datagrams in the case of the capture that began at a time; times in milliseconds. */
function kept(since: number): Kept {
  const [row] = query<{ packets: string; first: string; last: string }>(
    db,
    `SELECT sum(orig_pkts) AS packets, min(epoch_us(ts)) / 1000 AS first, max(epoch_us(ts) + duration * 1e6) / 1000 AS last
     FROM flows WHERE resp_p = ${PORT} AND ts >= make_timestamp(${since * 1000})`,
  );
  return { packets: Number(row?.packets ?? 0), first: Number(row?.first ?? 0), last: Number(row?.last ?? 0) };
}

let bad = 0;
const losses: number[] = [];
for (let i = 0; i < times; i++) {
  const began = Date.now();
  const args = ['live', '-i', 'eth0', '--db', db, '--window', '4s', '--home-net', LAB_NET, '--flush', `${FLUSH}s`];
  const run = new LiveRun(lab.start('victim', process.execPath, MAIN, ...args, '--json'), db);
  // The first moments fall into the start, the others into flushes, analyses and copies.
  await sleep(random() * 14_000);
  run.child.kill('SIGKILL');
  const killed = Date.now();
  await run.exited;
  const opened = run.events.find((e) => e.event === 'capturing')?.at;
  const detected = cli(['detect', '--db', db, '--home-net', LAB_NET]);
  // A capture that was killed before its first flush leaves no case, or an empty one, and nothing to lose.
  const early = detected.code !== 0 && /no such case/.test(detected.stderr);
  const has = early ? { packets: 0, first: 0, last: 0 } : kept(began);
  const from = arrived.findIndex((t) => t >= (has.packets > 0 ? has.first - 5 : (opened ?? killed)));
  const sent = from < 0 ? [] : arrived.slice(from).filter((t) => t < killed);
  const lost = Math.max(0, sent.length - has.packets);
  const seconds = lost === 0 ? 0 : (killed - sent[has.packets]!) / 1000;
  // The last datagram in the case is the one that was sent last of so many: none is missing in between.
  const gap = has.packets > 0 ? Math.abs((sent[has.packets - 1] ?? sent.at(-1)!) - has.last) : 0;
  const ok = (detected.code === 0 || early) && run.stderr === '' && seconds <= FLUSH + WRITING && gap < 200;
  if (!ok) bad++;
  losses.push(seconds);
  process.stdout.write(
    `${i + 1}: ${ok ? 'ok' : 'BAD'}, killed ${((killed - began) / 1000).toFixed(1)} s after the start: ${sent.length} sent, ${has.packets} in the case, the last ${lost} (${seconds.toFixed(2)} s) lost${early ? ', no case yet' : ''} ${detected.stderr}${run.stderr}\n`,
  );
}
process.stdout.write(
  `${times - bad} of ${times} opened, were analysed and lost no more than ${FLUSH} s and what writing takes; most lost: ${Math.max(...losses).toFixed(2)} s\n`,
);
rmSync(folder, { recursive: true, force: true });
process.exit(bad === 0 ? 0 : 1);
