import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { type CliRun, cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('feeds');
let body = '203.0.113.66 ; C&C of the office story\n198.51.100.0/24\n';
let hits = 0;
const server = createServer((_, res) => {
  hits++;
  if (body === '') res.writeHead(503).end();
  else res.end(body);
});
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

/** Without blocking: the server runs in this process. */
const running = (args: readonly string[], env = {}): Promise<CliRun> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(packageRoot, 'dist', 'cli', 'main.js'), ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

describe('feeds', () => {
  const dir = join(folder, 'mine');
  const json = (run: CliRun) => JSON.parse(run.stdout) as Record<string, unknown>[];

  it('lists the known ones, and downloads nothing by itself', async () => {
    const run = await running(['feeds', 'list', '--json', '--feeds', dir]);
    const list = json(run);
    expect(list.find((f) => f.feed === 'tor-exits')).toMatchObject({ status: 'not added', kinds: ['tor'] });
    for (const f of list) if (f.status !== 'ships') expect([f.feed, f.licence]).toEqual([f.feed, expect.any(String)]);
    expect(existsSync(dir)).toBe(false);
    expect(hits).toBe(0);
  });

  it('adds a URL, tells what is new, and keeps the old data when a download fails', async () => {
    const add = await running([
      'feeds',
      'add',
      `${origin}/bad.txt`,
      '--kinds',
      'ip,cidr',
      '--level',
      'high',
      '--feeds',
      dir,
    ]);
    expect(add).toEqual({ code: 0, stdout: 'bad: 2 indicators\n', stderr: '' });
    expect(readdirSync(dir).sort()).toEqual(['bad.data', 'bad.state.json', 'bad.yaml']);
    expect((await running(['feeds', 'update', '--feeds', dir])).stdout).toBe('bad: nothing new, 2 indicators\n');
    const old = body;
    for (const [next, reason] of [
      ['', 'the server answers 503'],
      ['<html></html>', 'a web page'],
      ['garbage\n', 'none of 1 rows is an indicator'],
    ] as const) {
      body = next;
      const failed = await running(['feeds', 'update', '--feeds', dir]);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toMatch(new RegExp(`^slipstream: feed bad: ${reason}.*; what was there before is kept\n$`));
      expect(readFileSync(join(dir, 'bad.data'), 'utf8')).toBe(old);
    }
    body = `${old}203.0.113.67\n`;
    expect((await running(['feeds', 'update', 'bad', '--feeds', dir])).stdout).toBe('bad: 3 indicators\n');
  });

  it('adds nothing of a URL that fails', async () => {
    const kept = body;
    body = '<html></html>';
    const run = await running(['feeds', 'add', `${origin}/other.txt`, '--kinds', 'ip', '--feeds', dir]);
    expect(run.code).toBe(1);
    expect(readdirSync(dir).filter((f) => f.includes('other'))).toEqual([]);
    body = kept;
  });

  it('adds a file with a definition, and finds its indicators in a case', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'what,why\nupdate-check.example,test\n203.0.113.66,seen before\nrubbish,x\n');
    const definition = join(folder, 'list.yaml');
    writeFileSync(
      definition,
      'title: ours\nformat: csv\nheader: first\ncolumns: {indicator: what, description: why}\nkinds: [ip, domain]\nthreat_level: critical\n',
    );
    const add = cli(['feeds', 'add', list, '--definition', definition, '--feeds', dir]);
    expect(add).toMatchObject({ code: 0, stdout: 'list: 2 indicators, 1 row left out (no indicator: 1)\n' });
    const out = join(folder, 'out');
    const run = cli(['analyze', fixture('office-zeek-tsv'), '-o', out, '--feeds', dir, '--home-net', OFFICE]);
    expect(run.code).toBe(0);
    const db = join(out, 'case.duckdb');
    const rows = query<{ key: string; threat_level: string; details: string }>(
      db,
      "SELECT key, threat_level, details FROM evidence WHERE detection = 'threat-intel-ip' ORDER BY ALL",
    );
    const c2 = rows.filter((r) => r.key === '203.0.113.66');
    expect(c2.length).toBeGreaterThan(0);
    for (const r of c2) {
      expect(r.threat_level).toBe('critical');
      expect(JSON.stringify(r.details)).toContain('bad, list');
    }
    const feeds = query(db, 'SELECT feed, entries FROM feeds ORDER BY feed');
    expect(feeds).toEqual(
      [
        { feed: 'slipstream', entries: 4 },
        { feed: 'bad', entries: 3 },
        { feed: 'list', entries: 2 },
      ].sort((a, b) => (a.feed < b.feed ? -1 : 1)),
    );
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { feeds: unknown[] };
    expect(manifest.feeds).toHaveLength(3);
  });

  it('reads the configured folder, and says what is wrong with one', () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'feeds: mine\n');
    const db = join(folder, 'out', 'case.duckdb');
    expect(cli(['detect', '--db', db, '--config', config]).code).toBe(0);
    expect(query(db, 'SELECT count(*)::INTEGER AS n FROM feeds')).toEqual([{ n: 3 }]);
    expect(cli(['detect', '--db', db, '--feeds', join(folder, 'nothing')])).toMatchObject({ code: 2 });
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'a.yaml'), 'title: x\nformat: lines\nkinds: [ip]\nthreat_level: huge\n');
    const run = cli(['detect', '--db', db, '--feeds', broken]);
    expect(run).toMatchObject({ code: 2 });
    expect(run.stderr).toContain('a.yaml:4:1: threat_level');
    writeFileSync(join(broken, 'a.yaml'), 'title: x\nformat: lines\nkinds: [ip]\nthreat_level: high\n');
    writeFileSync(join(broken, 'a.data'), '<html>');
    const warned = cli(['detect', '--db', db, '--feeds', broken]);
    expect(warned.code).toBe(0);
    expect(warned.stderr).toContain('warning: feed a is not used: a web page');
  });

  it.each([
    [['add', 'no-such-feed'], 'no known feed, URL or file'],
    [['add', 'tor-exits', 'no-such-feed'], 'no feed "no-such-feed"'],
    [['add', 'https://example.org/x.txt'], '--kinds'],
    [['add', 'https://example.org/x.txt', '--kinds', 'ip,dog'], '--kinds'],
    [['add', 'https://example.org/x.txt', '--kinds', 'ip', '--level', 'huge'], '--level'],
    [['add', 'https://example.org/x.csv', '--kinds', 'ip', '--format', 'csv'], '--definition'],
    [['add', 'https://example.org/x.txt', '--kinds', 'ip', '--name', '../x'], '--name'],
    [['update', 'no-such-feed'], 'no feed "no-such-feed"'],
    [['update', '--timeout', 'soon'], '--timeout'],
  ])('refuses %j', (args, message) => {
    const run = cli(['feeds', ...args, '--feeds', dir]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});
