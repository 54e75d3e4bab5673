import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('diff-e2e');
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  const analyze = (name: string, ...args: string[]): void => {
    const run = cli(['analyze', fixture('office-zeek-tsv'), '-o', at(name), '--home-net', OFFICE, ...args]);
    expect(run.code, run.stderr).toBe(0);
  };
  writeFileSync(at('c.yaml'), 'detections: { horizontal-port-scan: { min_hosts: 50 } }\n');
  analyze('a');
  analyze('b', '--config', at('c.yaml'));
}, 120_000);

describe('diff', () => {
  it('says what was lost, and by which rule', () => {
    const run = cli(['diff', at('a'), join(at('b'), 'case.duckdb')]);
    expect(run.stderr).toBe('');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('rule: horizontal-port-scan: parameters');
    expect(run.stdout).toMatch(/Findings lost: 1\n {2}[0-9a-f]{16} high Horizontal port scan .*\n {4}why: rule/);
  });

  it('as JSON and HTML', () => {
    const run = cli(['diff', at('b'), at('a'), '--json', '--html', at('d.html')]);
    const diff = JSON.parse(run.stdout) as { same: boolean; evidence: { gained: { total: number } } };
    expect(diff.same).toBe(false);
    expect(diff.evidence.gained.total).toBe(1);
    const html = readFileSync(at('d.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('Horizontal port scan');
    expect(html).not.toContain(folder);
  });

  it('says what is wrong', () => {
    expect(cli(['diff', at('a'), at('none')]).code).toBe(3);
    expect(cli(['diff', at('a'), at('a')]).code).toBe(2);
    expect(cli(['diff', at('a'), folder]).stderr).toMatch(/not an output folder/);
  });
});
