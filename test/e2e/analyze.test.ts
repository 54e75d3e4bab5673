import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('analyze');

interface Manifest {
  readonly tables: Record<string, string>;
}

/** One run in a folder of its own; what must not change between runs. */
function analyze(name: string, inputs: readonly string[], args: readonly string[], env: Record<string, string> = {}) {
  const out = join(folder, name);
  const run = cli(['analyze', ...inputs, '-o', out, '--home-net', OFFICE, ...args], { env });
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
  const read = (file: string): string => readFileSync(join(out, file), 'utf8');
  return {
    report: read('report.html'),
    alerts: read('alerts.jsonl'),
    manifest: comparable(read('manifest.json')),
    tables: (JSON.parse(read('manifest.json')) as Manifest).tables,
    stdout: run.stdout.replaceAll(out, 'OUT'),
    db: join(out, 'case.duckdb'),
  };
}

/** A manifest without its block about this machine. */
const comparable = (text: string): unknown => ({ ...(JSON.parse(text) as object), environment: undefined });

function copyOf(name: string, ...parts: string[]): string {
  const to = join(folder, name);
  mkdirSync(to, { recursive: true });
  cpSync(fixture(...parts), to, { recursive: true });
  return to;
}

describe('analyze', () => {
  const first = analyze('a', [fixture('office-zeek-tsv')], []);

  it('finds the infected workstation and nobody else', () => {
    const alerts = query<{ profile: string }>(first.db, 'SELECT DISTINCT profile FROM alerts ORDER BY profile');
    expect(alerts).toEqual([{ profile: '192.168.50.23' }]);
    expect(first.stdout).toContain('1 affected host');
    expect(first.stdout).toContain('192.168.50.23');
  });

  it.each([
    ['another number of threads', ['--threads', '1'], {}],
    ['another time zone and locale', [], { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }],
    ['less memory', ['--memory-limit', '300MB'], {}],
  ])('gives the same bytes with %s', (name, args, env) => {
    const other = analyze(
      `b-${name.length}`,
      [copyOf(`copy-${name.length}`, 'office-zeek-tsv')],
      args,
      env as Record<string, string>,
    );
    expect(other.tables).toEqual(first.tables);
    expect(other.alerts).toBe(first.alerts);
    expect(other.report).toBe(first.report);
    expect(other.manifest).toEqual(first.manifest);
  });

  it('does not depend on the order of its inputs', () => {
    const dir = copyOf('files', 'office-zeek-tsv');
    const files = readdirSync(dir).map((f) => join(dir, f));
    const forward = analyze('forward', [...files, fixture('office-argus', 'office.binetflow')], []);
    const backward = analyze('backward', [fixture('office-argus', 'office.binetflow'), ...files.reverse()], []);
    expect(backward.tables).toEqual(forward.tables);
    expect(backward.report).toBe(forward.report);
    expect(backward.alerts).toBe(forward.alerts);
  });

  it('gives the same when it runs again into the same folder', () => {
    const again = analyze('a', [fixture('office-zeek-tsv')], []);
    expect(again.manifest).toEqual(first.manifest);
    expect(again.report).toBe(first.report);
  });

  it('writes alerts with fixed keys', () => {
    const alert = JSON.parse(first.alerts.split('\n')[0]!) as Record<string, unknown>;
    expect(Object.keys(alert)).toEqual([
      'alert_id',
      'profile',
      'site',
      'tw_start',
      'tw_end',
      'ts',
      'score',
      'threshold',
      'role',
      'techniques',
      'evidence',
    ]);
    expect(alert.ts).toMatch(/^2026-03-02T\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it('leaves nothing but its outputs', () => {
    expect(readdirSync(join(folder, 'a')).sort()).toEqual([
      'alerts.jsonl',
      'case.duckdb',
      'manifest.json',
      'report.html',
    ]);
  });

  it('prints JSON on request', () => {
    const run = cli([
      'analyze',
      fixture('office-zeek-json'),
      '-o',
      join(folder, 'json'),
      '--json',
      '--home-net',
      OFFICE,
    ]);
    const result = JSON.parse(run.stdout) as { alerts: number; verdict: string; files: unknown[] };
    expect(result.alerts).toBeGreaterThan(0);
    expect(result.files.length).toBe(readdirSync(fixture('office-zeek-json')).length);
    expect(existsSync(join(folder, 'json', 'report.html'))).toBe(true);
  });
});

describe('ingest', () => {
  it('skips what the case has and continues what has grown', () => {
    const db = join(folder, 'grow.duckdb');
    const dir = join(folder, 'growing');
    mkdirSync(dir);
    const lines = readFileSync(fixture('office-zeek-tsv', 'conn.log'), 'utf8').split('\n');
    const whole = join(folder, 'whole.duckdb');
    const file = join(dir, 'conn.log');
    const write = (n: number): void => {
      cpSync(fixture('office-zeek-tsv', 'conn.log'), file);
      if (n > 0) writeLines(file, lines.slice(0, n));
    };
    write(300);
    expect(cli(['ingest', file, '--db', db]).code).toBe(0);
    expect(cli(['ingest', file, '--db', db]).stdout).toContain('known');
    write(0);
    const grown = cli(['ingest', file, '--db', db]);
    expect(grown.stdout).toContain('continued');
    expect(cli(['ingest', file, '--db', whole]).code).toBe(0);
    const sql = 'SELECT * EXCLUDE (source_id) FROM flows ORDER BY flow_id';
    expect(query(db, sql)).toEqual(query(whole, sql));
    const captures = 'SELECT * EXCLUDE (source_id) FROM captures';
    expect(query(db, captures)).toEqual(query(whole, captures));
  });
});

function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, `${lines.join('\n')}\n`);
}
