import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('timeline');
const db = join(folder, 'case.duckdb');
const HOST = '192.168.50.23';

beforeAll(() => {
  expect(cli(['ingest', fixture('office-zeek-tsv'), '--db', db]).code).toBe(0);
  expect(cli(['detect', '--db', db, '--home-net', OFFICE]).code).toBe(0);
}, 120_000);

describe('timeline', () => {
  it('prints a line per activity, the same in every format', () => {
    const text = cli(['timeline', '--db', db, '--profile', HOST, '--limit', '0']);
    expect(text.code, text.stderr).toBe(0);
    const printed = text.stdout.trim().split('\n');
    expect(printed).toContain(
      '2026-03-02 08:41:03.310  > asked 192.168.50.1 for files.invoice-portal.test (A): 203.0.113.80',
    );
    const json = JSON.parse(cli(['timeline', '--db', db, '--profile', HOST, '--json']).stdout) as {
      ts: string;
      summary: string;
      details: object;
    }[];
    expect(json).toHaveLength(printed.length);
    expect(json[0]!.ts).toMatch(/^2026-03-02T08:00:26\.\d{6}Z$/);
    expect(typeof json[0]!.details).toBe('object');
    const csv = cli(['timeline', '--db', db, '--profile', HOST, '--csv']).stdout.trim().split('\n');
    expect(csv[0]).toBe('profile,site,tw_start,ts,flow_id,kind,summary,details');
    expect(csv).toHaveLength(printed.length + 1);
  });

  it('keeps to a limit and says that there is more', () => {
    const run = cli(['timeline', '--db', db, '--profile', HOST, '--since', '2026-03-02T09:00', '--limit', '3']);
    expect(run.stdout.trim().split('\n')).toHaveLength(3);
    expect(run.stdout).toMatch(/^2026-03-02 09:0/);
    expect(run.stderr).toContain('3 lines shown, there are more');
  });

  it('says what is wrong', () => {
    expect(cli(['timeline', '--db', db, '--profile', '192.0.2.77']).stderr).toContain('no host "192.0.2.77"');
    expect(cli(['timeline', '--db', db, '--profile', '192.0.2.77']).code).toBe(1);
    expect(cli(['timeline', '--db', db]).code).toBe(2);
    expect(cli(['timeline', '--db', db, '--profile', HOST, '--limit', '-1']).code).toBe(2);
    expect(cli(['timeline', '--db', db, '--profile', HOST, '--since', 'yesterday']).code).toBe(2);
    expect(cli(['timeline', '--db', db, '--profile', HOST, '--json', '--csv']).code).toBe(2);
  });

  it('prints text of a capture without its control characters, and no formula in CSV', () => {
    const log = join(folder, 'http.log');
    writeFileSync(
      log,
      `${JSON.stringify({ ts: 1767261600.5, uid: 'H1', 'id.orig_h': '10.0.0.5', 'id.orig_p': 1, 'id.resp_h': '203.0.113.9', 'id.resp_p': 80, method: '=cmd()', host: 'a\u001b[2Jb\u202ec', uri: '/\nx', status_code: 200 })}\n`,
    );
    const hostile = join(folder, 'hostile.duckdb');
    expect(cli(['ingest', log, '--db', hostile]).code).toBe(0);
    expect(cli(['detect', '--db', hostile]).code).toBe(0);
    const run = cli(['timeline', '--db', hostile, '--profile', '10.0.0.5']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.split('\n').filter((l) => l.includes('> =cmd()'))).toHaveLength(1);
    expect(run.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    const csv = cli(['timeline', '--db', hostile, '--profile', '10.0.0.5', '--csv']).stdout;
    expect(csv).toContain("'=cmd()");
  });
});
