import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
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
async function until(text: string | RegExp, session = 'c'): Promise<string> {
  let screen = '';
  for (let i = 0; i < 1200; i++) {
    screen = mux('capture-pane', '-p', '-t', session);
    if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen;
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error(`never showed ${text}:\n${screen}`);
}

const program = `'${process.execPath}' '${join(packageRoot, 'dist', 'cli', 'main.js')}' console --db '${db}'`;
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
  });
  afterAll(() => void spawnSync('tmux', ['-S', socket, 'kill-server']));

  it('shows the case, every screen, a new size, and leaves the terminal as it was', async () => {
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
    ] as const) {
      keys(key);
      await until(title);
      keys('Escape');
      await until('● Hosts');
    }
    keys('Enter');
    await until(/2 03-02 09:00/);
    keys('Tab', 'Tab');
    await until('● Evidence');
    keys('Down', 'Enter');
    await until('Flows of');
    keys('Escape');
    keys('x');
    await until('Why ');
    keys('Escape');
    mux('resize-window', '-t', 'c', '-x', '80', '-y', '24');
    const small = await until('h help');
    const lines = small.trimEnd().split('\n');
    expect(lines).toHaveLength(24);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
    keys('q');
    const after = await until('left with 0');
    expect(after).not.toContain('Hosts');
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
});
