import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { width } from '../../cli/console/text.js';
import { packageRoot } from '../../cli/package-root.js';
import { sleep } from '../captures/lab.js';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const tmux = spawnSync('tmux', ['-V']).status === 0;
if (!tmux) process.stdout.write('console in a terminal: skipped, tmux is missing (apt-get install tmux)\n');

const folder = tempDir('console');
const db = join(folder, 'case.duckdb');
const socket = join(folder, 'tmux');
const mux = (...args: string[]): string => execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' });

/** Waits until the screen shows a text. */
async function until(text: string | RegExp | ((screen: string) => boolean), session = 'c'): Promise<string> {
  let screen = '';
  for (let i = 0; i < 600; i++) {
    screen = mux('capture-pane', '-p', '-t', session);
    if (
      typeof text === 'function' ? text(screen) : typeof text === 'string' ? screen.includes(text) : text.test(screen)
    )
      return screen;
    await sleep(50);
  }
  throw new Error(`never showed ${text}:\n${screen}`);
}

/** Waits until the terminal was given something for its clipboard. */
async function clipboard(text: string | RegExp): Promise<void> {
  let held = '';
  for (let i = 0; i < 200; i++) {
    const shown = spawnSync('tmux', ['-S', socket, 'show-buffer'], { encoding: 'utf8' });
    held = shown.status === 0 ? shown.stdout.trimEnd() : '';
    if (typeof text === 'string' ? held === text : text.test(held)) return;
    await sleep(50);
  }
  throw new Error(`the clipboard never held ${text}: ${held}`);
}

/** Waits until a session has ended. */
async function gone(session: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (spawnSync('tmux', ['-S', socket, 'has-session', '-t', session]).status !== 0) return;
    await sleep(50);
  }
  throw new Error(`${session} never ended`);
}

const main = join(packageRoot, 'dist', 'cli', 'main.js');
const consoleOf = (path: string): string => `'${process.execPath}' '${main}' console --db '${path}'`;
const program = consoleOf(db);
const keys = (...names: string[]): void => void mux('send-keys', '-t', 'c', ...names);

it('refuses to run without a terminal', () => {
  const run = cli(['console', '--db', db]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('needs a terminal');
});

beforeAll(() => {
  expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
});

describe.skipIf(!tmux)('in a terminal', () => {
  beforeAll(() => {
    expect(cli(['detect', '--db', db, '--home-net', OFFICE]).code).toBe(0);
    // CI=1: ink would draw nothing there.
    mux('new-session', '-d', '-s', 'c', '-x', '110', '-y', '30', `CI=1 ${program}; echo "left with $?"; sleep 60`);
    mux('set-option', '-g', 'set-clipboard', 'on');
  });
  afterAll(() => void spawnSync('tmux', ['-S', socket, 'kill-server']));

  it('shows the case and every screen', async () => {
    await until(/›!▸ 192\.168\.50\.23/);
    await until('Beacon from 192.168.50.23');
    for (const [key, title] of [
      ['e', 'Own ports, established'],
      ['d', 'Destinations, established'],
      ['r', 'Served ports'],
      ['s', 'Clients'],
      ['p', 'Asked ports'],
      ['t', 'Asked ports and addresses'],
      ['i', 'Tuples as originator'],
      ['y', 'Tuples as responder'],
      ['z', 'All evidence'],
      ['b', 'Beacons'],
      ['h', 'next pane'],
      ['?', 'next pane'],
    ] as const) {
      keys(key);
      await until(title);
      keys('Escape');
      await until('● Hosts');
    }
  }, 60_000);
  it('moves through hosts and windows, filters, sorts, searches', async () => {
    keys('Enter');
    await until(/▾ 192\.168\.50\.23/);
    keys('j', 'j');
    await until(/›! {3}2 03-02 09:00/);
    await until('192.168.50.23, window 2');
    keys('k');
    await until(/› {4}1 03-02 08:00|›! {3}1 03-02 08:00/);
    keys('G');
    await until(/›[ !] *▸/);
    keys('g');
    await until(/›!▾ 192\.168\.50\.23/);
    keys('NPage');
    await until((screen) => !/›!▾ 192/.test(screen));
    keys('PPage');
    await until(/›!▾ 192\.168\.50\.23/);
    keys('End');
    await until((screen) => !/›!▾ 192/.test(screen));
    keys('Home');
    await until(/›!▾ 192\.168\.50\.23/);
    keys('f');
    await until(/Hosts 1 · alerted/);
    keys('f');
    await until(/Hosts 1\d · by score/);
    keys('S');
    await until('by address');
    await until(/› ▸.?::/);
    keys('S');
    await until('by flows');
    keys('S');
    await until('by score');
    keys('/');
    await until('Enter: search');
    mux('send-keys', '-t', 'c', '-l', 'front-desk');
    await until('/front-desk▏');
    keys('Enter');
    await until(/Hosts 1 · \/front-desk/);
    keys('Escape');
    await until(/Hosts 1\d · by score/);
    keys('o');
    await until(/›!▸ 192\.168\.50\.23/);
  }, 60_000);
  it('goes from a finding to its flows and to why, and copies', async () => {
    keys('Tab');
    await until('● Timeline');
    keys('Tab');
    await until('● Evidence');
    await until(/Evidence · .* · 1\/\d/);
    keys('Down');
    await until(/Evidence · .* · 2\/\d/);
    keys('Enter');
    await until('● Flows · ');
    keys('Escape');
    await until('● Evidence');
    keys('x');
    await until('● Why ');
    keys('G');
    await until(/Why [0-9a-f]{16} ─/);
    keys('Escape');
    await until('● Evidence');
    keys('/');
    mux('send-keys', '-t', 'c', '-l', 'horizontal');
    keys('Enter');
    await until(/1\/1 \/horizontal/);
    keys('Escape');
    await until(/Evidence · .* · 1\/\d/);
    keys('Tab');
    await until('● Hosts');
    keys('c');
    await until('copied 192.168.50.23');
    await clipboard('192.168.50.23');
    keys('d');
    await until('Destinations, established');
    keys('C');
    await until(/copied \d+ lines/);
    await clipboard(/^[0-9.]+\n[0-9.]+/);
    keys('Tab');
    await until('● Destinations, not established');
    keys('Escape');
    await until('● Hosts');
  }, 60_000);
  it('takes another size, with and without colour, and leaves the terminal as it was', async () => {
    for (const [columns, rows] of [
      [80, 24],
      [140, 50],
      [60, 20],
      [80, 24],
    ] as const) {
      mux('resize-window', '-t', 'c', '-x', String(columns), '-y', String(rows));
      await until((text) => {
        const lines = text.trimEnd().split('\n');
        const whole = lines.slice(0, -1).every((line) => width(line) === columns);
        return lines.length === rows && whole && lines.at(-1)!.startsWith('h help');
      });
    }
    expect(mux('capture-pane', '-p', '-e', '-t', 'c')).toContain('\x1b[1m\x1b[31m');
    keys('q');
    const after = await until('left with 0');
    expect(after).not.toContain('Hosts');
    mux('new-session', '-d', '-s', 'plain', '-x', '80', '-y', '24', `NO_COLOR=1 ${program}`);
    await until(/›!▸ 192\.168\.50\.23/, 'plain');
    expect(mux('capture-pane', '-p', '-e', '-t', 'plain')).not.toMatch(/\x1b\[[0-9;]*m/);
    mux('send-keys', '-t', 'plain', 'C-c');
    await gone('plain');
  }, 60_000);
  it('ends without a word when its terminal goes away', async () => {
    const said = join(folder, 'said');
    const pid = join(folder, 'pid');
    mux('new-session', '-d', '-s', 'gone', '-x', '90', '-y', '30', `echo $$ >'${pid}'; exec ${program} 2>'${said}'`);
    await until(/›!▸ 192\.168\.50\.23/, 'gone');
    mux('kill-session', '-t', 'gone');
    const there = (): boolean => {
      try {
        return process.kill(Number(readFileSync(pid, 'utf8')), 0);
      } catch {
        return false;
      }
    };
    for (let i = 0; i < 400 && there(); i++) await new Promise((r) => setTimeout(r, 50));
    expect(there()).toBe(false);
    expect(readFileSync(said, 'utf8')).toBe('');
    expect(readdirSync(folder).filter((f) => f.includes('.tmp-'))).toEqual([]);
  }, 60_000);
  it('follows a case that grows: live, then at rest', async () => {
    const logs = join(folder, 'logs');
    const live = join(folder, 'live.duckdb');
    mkdirSync(logs);
    const lines = readFileSync(fixture('office-zeek-tsv', 'conn.log'), 'utf8').split(/(?<=\n)/);
    const log = join(logs, 'conn.log');
    // As far as the second hour: a window is analysed when it has closed.
    const begun = 140;
    writeFileSync(log, lines.slice(0, begun).join(''));
    const follow = ['live', '--follow', logs, '--db', live, '--home-net', OFFICE, '--flush', '1s', '--json'];
    const child = spawn(process.execPath, [main, ...follow], { stdio: ['ignore', 'pipe', 'pipe'] });
    let events = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (events += text));
    const exited = new Promise<number | null>((done) => child.once('close', done));
    try {
      await published(`${live}.live/view.duckdb`, () => events);
      mux('new-session', '-d', '-s', 'live', '-x', '110', '-y', '30', `${consoleOf(live)}; sleep 60`);
      const early = await until(/Hosts [1-9]\d* · by score[\s\S]* live\s*$/, 'live');
      mux('send-keys', '-t', 'live', 'S', 'S');
      await until('by flows', 'live');
      appendFileSync(log, lines.slice(begun).join(''));
      const hosts = Number(/Hosts (\d+)/.exec(early)![1]);
      const later = await until((screen) => Number(/Hosts (\d+)/.exec(screen)?.[1] ?? 0) > hosts, 'live');
      expect(later).toContain('by flows');
      child.kill('SIGINT');
      expect(await exited, events).toBe(0);
      // At rest: the whole case, and no capture any more.
      await until((screen) => /!▸ 192\.168\.50\.23/.test(screen) && !/(live|reading…)\s*$/.test(screen), 'live');
      mux('send-keys', '-t', 'live', 'S');
      await until(/›!▸ 192\.168\.50\.23/, 'live');
      mux('send-keys', '-t', 'live', 'z');
      await until(/Horizontal port scan/, 'live');
      mux('send-keys', '-t', 'live', 'q');
    } finally {
      child.kill('SIGKILL');
    }
  }, 120_000);
});

/** Waits until a running capture has published a state of its case. */
async function published(view: string, events: () => string): Promise<void> {
  for (let i = 0; i < 600 && !existsSync(view); i++) await sleep(50);
  if (!existsSync(view)) throw new Error(`nothing was published: ${events()}`);
}
