import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('export-e2e');
const db = join(folder, 'case.duckdb');
const out = (name: string): string => join(folder, name);

beforeAll(() => {
  expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
  expect(cli(['detect', '--db', db, '--home-net', OFFICE]).code).toBe(0);
}, 120_000);

const run = (format: string, ...args: string[]) =>
  cli(['export', '--db', db, '--format', format, '-o', out(format), ...args]);

describe('export', () => {
  it.each([
    ['zeek', 'conn.log'],
    ['parquet', 'flows'],
    ['arrow', 'flows.arrow'],
    ['csv', 'flows.csv'],
  ])('%s makes a folder with %s', (format, file) => {
    const done = run(format);
    expect(done.stderr).toBe('');
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/: \d+ files, [\d,]+ rows/);
    expect(existsSync(join(out(format), file))).toBe(true);
    expect(readdirSync(folder).some((f) => f.includes('.tmp-'))).toBe(false);
  });

  it.each(['stix', 'idmef', 'navigator'])('%s makes a file', (format) => {
    const done = run(format, '--json');
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ format, files: 1 });
    const text = readFileSync(out(format), 'utf8');
    expect(() =>
      text
        .trimEnd()
        .split(format === 'idmef' ? '\n' : /(?!)/)
        .map((t) => JSON.parse(t) as unknown),
    ).not.toThrow();
  });

  it('writes JSON logs with --json-logs', () => {
    const done = cli(['export', '--db', db, '--format', 'zeek', '--json-logs', '-o', out('logs')]);
    expect(done.code, done.stderr).toBe(0);
    expect(readFileSync(join(out('logs'), 'conn.log'), 'utf8')).toMatch(/^\{"_path":"conn"/);
  });

  it('says what is wrong', () => {
    expect(run('xml').code).toBe(2);
    expect(run('xml').stderr).toMatch(/--format xml: one of arrow, csv/);
    const over = cli(['export', '--db', db, '--format', 'csv', '-o', fixture('office-zeek-tsv')]);
    expect(over.code).toBe(1);
    expect(over.stderr).toMatch(/no csv export; nothing was written/);
    expect(cli(['export', '--db', out('none'), '--format', 'csv', '-o', out('x')]).code).toBe(3);
  });
});
