/**
 * Kills a live capture at seeded moments: each time the case has to open, `detect` to complete, and all that had been there
 * longer than a flush and what writing it takes to be in it.
 *   npx tsx test/captures/kill.ts [TIMES [SEED]]      needs root
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, query } from '../support/cli.js';
import { CLIENT, LAB_NET, Lab, sleep, VICTIM } from './lab.js';
import { LiveRun, MAIN } from './live-run.js';

const [times = 20, seed = 1] = process.argv.slice(2).map(Number);
const lab = new Lab();
const reason = await lab.up();
if (reason) throw new Error(reason);
process.on('exit', () => lab.down());
await lab.serving('listening', lab.peer('victim', 'web', VICTIM));
lab.peer('client', 'calls', `http://${VICTIM}/`, '0.1', '100000000');
const db = join(mkdtempSync(join(tmpdir(), 'slipstream-kill-')), 'case.duckdb');
let state = seed;
/** Uniform in [0, 1): the minimal standard generator. */
const random = (): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};
let bad = 0;
for (let i = 0; i < times; i++) {
  const args = ['live', '-i', 'eth0', '--db', db, '--window', '4s', '--home-net', LAB_NET, '--flush', '1s', '--json'];
  const run = new LiveRun(lab.start('victim', process.execPath, MAIN, ...args), db);
  // The first moments fall into the start, the others into flushes, analyses and copies.
  await sleep(random() * 14_000);
  run.child.kill('SIGKILL');
  const killed = Date.now();
  await run.exited;
  const detected = cli(['detect', '--db', db, '--home-net', LAB_NET]);
  // A capture that was killed before its first flush leaves no case, and nothing to lose.
  const early = detected.code !== 0 && /no such case/.test(detected.stderr);
  const newest = early
    ? []
    : query<{ ms: string; n: string }>(
        db,
        `SELECT epoch_ms(max(f.ts)) AS ms, count(*) AS n FROM flows f WHERE orig_h = '${CLIENT}'
           AND capture_id = (SELECT max_by(capture_id, first_ts) FROM captures)`,
      );
  const lost = newest[0]?.ms == null ? undefined : (killed - Number(newest[0].ms)) / 1000;
  const ok = (detected.code === 0 || early) && run.stderr === '';
  if (!ok) bad++;
  process.stdout.write(
    `${i + 1}: ${ok ? 'ok' : 'BAD'}, ${early ? 'no case yet' : `newest flow ${lost?.toFixed(2) ?? '-'} s before the kill`} ${detected.stderr}${run.stderr}\n`,
  );
}
process.stdout.write(`${times - bad} of ${times} opened and were analysed\n`);
process.exit(bad === 0 ? 0 : 1);
