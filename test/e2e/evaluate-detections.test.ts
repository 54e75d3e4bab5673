import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('evaluate');
const labelled = fixture('office-zeek-labelled');
const args = ['evaluate', 'detections', labelled, '--home-net', OFFICE];

interface Result {
  readonly totals: Record<string, number>;
  readonly alerts: Record<string, number | null>;
  readonly detections: readonly Record<string, unknown>[];
  readonly hosts: readonly Record<string, unknown>[];
}

describe('evaluate detections', () => {
  it('measures findings and alerts of a labelled capture', () => {
    const run = cli([...args, '--json']);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    const result = JSON.parse(run.stdout) as Result;
    expect(result.totals.hosts_infected).toBeGreaterThan(0);
    expect(result.alerts).toMatchObject({ host_recall: 1, host_fpr: 0 });
    expect(result.hosts.find((h) => h.host === '192.168.50.23')).toMatchObject({
      role: 'infected',
      alerts: expect.any(Number),
    });
    expect(cli([...args, '--json']).stdout).toBe(run.stdout);
  });
  it('gives the same from a case, and Markdown', () => {
    const db = join(folder, 'case.duckdb');
    expect(cli(['ingest', labelled, '--db', db]).code).toBe(0);
    const early = cli(['evaluate', 'detections', '--db', db]);
    expect(early.code).toBe(3);
    expect(early.stderr).toMatch(/not analysed yet/);
    expect(cli(['detect', '--db', db, '--home-net', OFFICE]).code).toBe(0);
    const of = (text: string): Result => JSON.parse(text) as Result;
    const fromCase = of(cli(['evaluate', 'detections', '--db', db, '--json']).stdout);
    const fromInput = of(cli([...args, '--json']).stdout);
    expect(fromCase.totals).toEqual(fromInput.totals);
    expect(fromCase.detections).toEqual(fromInput.detections);
    const markdown = cli(['evaluate', 'detections', '--db', db, '--markdown']);
    expect(markdown.stdout).toContain('| detection | decided |');
  });
  it('says what is missing', () => {
    expect(cli(['evaluate', 'detections']).code).toBe(2);
    const unlabelled = cli(['evaluate', 'detections', fixture('office-zeek-tsv')]);
    expect(unlabelled.code).toBe(3);
    expect(unlabelled.stderr).toMatch(/nothing here has a label/);
    const hosts = join(folder, 'hosts.tsv');
    writeFileSync(hosts, 'capture\thost\trole\n*\t192.168.50.23\tinfected\n*\t*\tbenign\n');
    const given = cli([
      'evaluate',
      'detections',
      fixture('office-zeek-tsv'),
      '--hosts',
      hosts,
      '--home-net',
      OFFICE,
      '--json',
    ]);
    expect(given.code).toBe(0);
    expect((JSON.parse(given.stdout) as Result).totals).toMatchObject({ hosts_infected: 1 });
  });
});
