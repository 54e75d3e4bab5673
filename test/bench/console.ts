/**
 * The console in a real terminal (tmux) on a large case: start to the first frame with hosts, key to redraw, peak memory of its
 * process. tmux runs in control mode, so that a redraw is seen when its bytes come.
 * Usage: tsx test/bench/console.ts [CASE: kept there, used again], default: a synthetic case of 10 M flows and 50,000 findings.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';
import { withFolder } from './measure.js';
import { makeSyntheticCase } from './synthetic-case.js';
import { analyseWithFindings } from './synthetic-findings.js';

if (spawnSync('tmux', ['-V']).status !== 0) {
  process.stdout.write('skipped: tmux is missing\n');
  process.exit(0);
}

/** A tmux session in control mode: keys in, what the pane shows out. */
class Terminal {
  readonly #tmux: ChildProcessWithoutNullStreams;
  readonly #socket: string;
  #rest = '';
  #since = '';
  #wake: () => void = () => undefined;

  constructor(socket: string, command: string) {
    this.#socket = socket;
    this.#tmux = spawn('tmux', ['-S', socket, '-C', 'new-session', '-s', 'b', '-x', '160', '-y', '45', command]);
    this.#tmux.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith('%output ')) this.#since += line.slice(line.indexOf(' ', 8) + 1);
      }
      this.#wake();
    });
  }

  /** Sends a tmux command. */
  tell(command: string): void {
    this.#tmux.stdin.write(`${command}\n`);
  }

  /** Milliseconds from now, or from a key, until the pane was sent something that matches. */
  async shows(pattern: RegExp, key?: string): Promise<number> {
    const from = performance.now();
    this.#since = '';
    if (key !== undefined) this.tell(`send-keys -t b ${key}`);
    while (!pattern.test(this.#since)) {
      if (performance.now() - from > 60_000) throw new Error(`never showed ${pattern}: ${this.#since.slice(-2000)}`);
      await new Promise<void>((done) => {
        this.#wake = done;
        setTimeout(done, 500);
      });
    }
    return performance.now() - from;
  }

  close(): void {
    // Not over the client: it would be gone before the server has read that.
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    this.#tmux.kill();
  }
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const ms = (value: number): string => `${value.toFixed(0)} ms`;
const rest = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Peak resident memory of the console's process, MB. */
function peak(pidFile: string): number {
  const status = readFileSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024);
}

async function measure(db: string, folder: string): Promise<void> {
  const main = join(packageRoot, 'dist', 'cli', 'main.js');
  const starts: number[] = [];
  for (let run = 0; run < 4; run++) {
    const pid = join(folder, `pid-${run}`);
    const command = `"echo $$ >'${pid}'; exec '${process.execPath}' '${main}' console --db '${db}'"`;
    const from = performance.now();
    const t = new Terminal(join(folder, `tmux-${run}`), command.slice(1, -1));
    await t.shows(/by score/);
    await t.shows(/\d\.\d\d/);
    starts.push(performance.now() - from);
    if (run < 3) {
      t.close();
      await rest(300);
      continue;
    }
    process.stdout.write(
      `start to first frame with hosts: ${starts.map(ms).join(', ')}; median ${ms(middle(starts))}\n`,
    );
    await keys(t, pid);
    t.close();
  }
}

/** Every screen, then keys on a table of up to 10,000 rows and on the tree. */
async function keys(t: Terminal, pid: string): Promise<void> {
  await rest(5000);
  process.stdout.write(`memory after the start: ${peak(pid)} MB\n`);
  for (const [key, title] of SCREENS) {
    const drawn = await t.shows(/reading|┌/, key);
    const filled = await t.shows(/ · 1\/|none|no finding|no pair/);
    process.stdout.write(
      `${title.padEnd(28)} drawn ${ms(drawn)}, filled after ${ms(drawn + filled)}, peak ${peak(pid)} MB\n`,
    );
    if (key === 'b') await table(t);
    await rest(300);
    t.tell('send-keys -t b Escape');
    await rest(600);
  }
  const tree: number[] = [];
  for (let i = 0; i < 40; i++) {
    // Every other key comes while the host before is still being read.
    tree.push(await t.shows(/›/, 'j'));
    await rest(i % 2 === 0 ? 120 : 600);
  }
  report('keys on the tree', tree);
  process.stdout.write(`peak memory: ${peak(pid)} MB\n`);
}

async function table(t: Terminal): Promise<void> {
  const times: number[] = [];
  let row = 1;
  const press = async (key: string, to: number): Promise<void> => {
    row = to;
    times.push(await t.shows(new RegExp(` · ${to.toLocaleString('en')}/`), key));
    await rest(60);
  };
  for (let i = 0; i < 30; i++) await press('j', row + 1);
  for (let i = 0; i < 5; i++) {
    await press('G', 10_000);
    await press('k', 9_999);
    await press('g', 1);
  }
  report('keys on a table of 10,000 rows', times);
}

const report = (name: string, times: readonly number[]): void =>
  void process.stdout.write(
    `${name.padEnd(28)} median ${ms(middle(times))}, worst ${ms(Math.max(...times))}, ${times.length} keys\n`,
  );

const SCREENS = [
  ['e', 'own ports'],
  ['d', 'destinations'],
  ['p', 'asked ports'],
  ['t', 'ports and addresses'],
  ['i', 'tuples'],
  ['z', 'evidence'],
  ['b', 'beacons'],
] as const;

const [kept] = process.argv.slice(2);
await withFolder(async (folder) => {
  const db = kept ?? join(folder, 'case.duckdb');
  if (!existsSync(db)) {
    const from = performance.now();
    await makeSyntheticCase(db, 10_000_000);
    await analyseWithFindings(db, 50_000);
    process.stdout.write(`made the case in ${((performance.now() - from) / 1e3).toFixed(0)} s\n`);
  }
  await measure(db, folder);
});
