import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Analysis,
  analyze,
  detections,
  exportCase,
  openCase,
  type Row,
  SlipstreamError,
  testDetection,
} from '../index.js';
import { cli } from '../test/support/cli.js';
import { fixture, OFFICE } from '../test/support/fixtures.js';
import { tempDir } from '../test/support/temp-dir.js';

const folder = tempDir('library');
const output = join(folder, 'out');
let done: Analysis;

/** The user's own feeds are not the test's. */
process.env.XDG_DATA_HOME = join(folder, 'no-data-home');

beforeAll(async () => {
  done = await analyze(fixture('office-zeek-tsv'), { output, homeNet: OFFICE.split(',') });
}, 120_000);

describe('analyze', () => {
  it('gives the numbers of the command and the same bytes', () => {
    const other = join(folder, 'command');
    const run = cli(['analyze', fixture('office-zeek-tsv'), '-o', other, '--home-net', OFFICE, '--json']);
    expect(run.code, run.stderr).toBe(0);
    const said = JSON.parse(run.stdout) as Analysis;
    expect(done.verdict).toBe(said.verdict);
    expect(done.worst).toMatchObject({ profile: '192.168.50.23', local: true });
    expect([done.flows, done.evidence, done.alerts]).toEqual([said.flows, said.evidence, said.alerts]);
    expect(done.failed).toEqual([]);
    expect(done.files.filter((f) => f.status === 'read').map((f) => f.path)).toContain('conn.log');
    for (const name of ['report.html', 'alerts.jsonl']) {
      expect(readFileSync(join(output, name), 'utf8'), name).toBe(readFileSync(join(other, name), 'utf8'));
    }
    for (const path of Object.values(done.outputs)) expect(existsSync(path), path).toBe(true);
  });

  it('tells about progress, and of files that cannot be read', async () => {
    const steps: string[] = [];
    const warnings: string[] = [];
    const result = await analyze([fixture('office-eve'), join(import.meta.dirname, '..', 'package.json')], {
      output: join(folder, 'two'),
      modules: ['network-discovery'],
      onProgress: (step) => steps.push(step),
      onWarning: (message) => warnings.push(message),
    });
    expect(result.files.map((f) => f.status).sort()).not.toEqual(['read', 'read']);
    expect(steps).toContain('report');
    expect(warnings.join('\n')).toContain('package.json');
  });

  it('refuses what makes no sense, with the exit code of the command', async () => {
    const refused = async (options: Parameters<typeof analyze>[1], input: string = fixture('office-eve')) =>
      analyze(input, options).catch((error: unknown) => error as SlipstreamError);
    const window = await refused({ output: join(folder, 'x'), window: 'soon' });
    expect(window).toBeInstanceOf(SlipstreamError);
    expect(window).toMatchObject({ exitCode: 2, message: expect.stringContaining('--window soon') });
    const none = await refused({ output: join(folder, 'y') }, join(folder, 'nothing.pcap'));
    expect(none).toMatchObject({ exitCode: 3, message: expect.stringContaining('nothing.pcap') });
    const parameter = await refused({
      output: join(folder, 'z'),
      parameters: { 'horizontal-port-scan': { hosts: 1 } },
    });
    expect(parameter).toMatchObject({ exitCode: 2, message: expect.stringContaining('hosts') });
  });
});

describe('openCase', () => {
  it('reads rows with values, in types that JSON has', async () => {
    const c = await openCase(done.outputs.case);
    try {
      const [worst] = await c.query('SELECT profile, tw_start, score FROM profiles ORDER BY score DESC LIMIT 1');
      expect(worst).toEqual({
        profile: '192.168.50.23',
        tw_start: expect.stringMatching(/^2026-03-02T\d\d:00:00\.000000Z$/),
        score: expect.any(Number),
      });
      const rows = await c.query<{ n: number }>('SELECT count(*) AS n FROM flows WHERE orig_h = $host', {
        host: '192.168.50.23',
      });
      expect(rows[0]!.n).toBeGreaterThan(100);
      expectTypeOf(c.query('SELECT 1')).resolves.toEqualTypeOf<Row[]>();
      expect(await c.query('SELECT 9007199254740993 AS big, [1, 2] AS list')).toEqual([
        { big: '9007199254740993', list: [1, 2] },
      ]);
    } finally {
      c.close();
    }
  });

  it('lists tables, explains, reports', async () => {
    const c = await openCase(done.outputs.case);
    try {
      const tables = await c.tables();
      expect(tables.flows!.slice(0, 2)).toEqual([
        { name: 'flow_id', type: 'BIGINT' },
        { name: 'capture_id', type: 'VARCHAR' },
      ]);
      const [finding] = await c.query<{ evidence_id: string }>(
        "SELECT evidence_id FROM evidence WHERE detection = 'horizontal-port-scan' ORDER BY evidence_id",
      );
      const why = await c.explain(finding!.evidence_id, 3);
      expect(why.rule.id).toBe('horizontal-port-scan');
      expect(why.flows.rows).toHaveLength(3);
      expect(why.score.agrees).toBe(true);
      expect(await c.report()).toBe(readFileSync(done.outputs.report, 'utf8'));
      const data = await c.reportData({ host: '192.168.50.23' });
      expect(data).toMatchObject({ title: 'Network traffic report', host: '192.168.50.23' });
    } finally {
      c.close();
    }
  });

  it('tells the story of a host as the command does', async () => {
    const host = '192.168.50.23';
    const run = cli(['timeline', '--db', done.outputs.case, '--profile', host, '--json']);
    expect(run.code, run.stderr).toBe(0);
    const c = await openCase(done.outputs.case);
    try {
      // Two questions at once do not mix.
      const [all, later] = await Promise.all([
        c.timeline(host),
        c.timeline(host, { since: '2026-03-02T09:00', limit: 3 }),
      ]);
      expect(all).toEqual(JSON.parse(run.stdout));
      expect(all.length).toBeGreaterThan(100);
      expect(later).toHaveLength(3);
      expect(later).toEqual(all.filter((line) => line.ts >= '2026-03-02T09:00').slice(0, 3));
      await expect(c.timeline('192.0.2.77')).rejects.toThrow(/no host "192.0.2.77"/);
      await expect(c.timeline(host, { limit: 0 })).rejects.toMatchObject({ exitCode: 2 });
      await expect(c.timeline(host, { since: 'yesterday' })).rejects.toMatchObject({ exitCode: 2 });
    } finally {
      c.close();
    }
    await expect(c.timeline(host)).rejects.toThrow(/was closed/);
  });

  it('stays inside the case, and says what is wrong', async () => {
    await expect(openCase(join(folder, 'none.duckdb'))).rejects.toMatchObject({ exitCode: 3 });
    const c = await openCase(done.outputs.case);
    await expect(c.query("SELECT * FROM read_csv('/etc/passwd')")).rejects.toThrow(SlipstreamError);
    await expect(c.query('DELETE FROM flows')).rejects.toThrow(/read-only/i);
    await expect(c.query('SELEKT')).rejects.toThrow(SlipstreamError);
    await expect(c.explain('ffffffffffffffff')).rejects.toThrow(/no evidence/);
    await expect(c.packets(join(folder, 'p.pcap'), {})).rejects.toMatchObject({ exitCode: 2 });
    await expect(openCase(done.outputs.case)).rejects.toThrow(/already open in this process/);
    c.close();
    c.close();
    await expect(c.query('SELECT 1')).rejects.toThrow(/was closed/);
  });
});

describe('the rest', () => {
  it('lists and tests detections', async () => {
    const all = detections();
    expect(all.find((d) => d.id === 'beacon')?.techniques).toContain('T1071');
    const results = await testDetection(join(import.meta.dirname, '..', 'analysis', 'detections', 'port-zero'));
    expect(results.length).toBeGreaterThan(1);
    expect(results.filter((r) => r.problem !== undefined)).toEqual([]);
  });

  it('exports', async () => {
    const summary = await exportCase(done.outputs.case, 'csv', join(folder, 'csv'));
    expect(summary.rows).toBeGreaterThan(700);
    await expect(exportCase(done.outputs.case, 'xml', join(folder, 'xml'))).rejects.toMatchObject({ exitCode: 2 });
  });
});
