import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('verify-e2e');
const out = join(folder, 'out');

beforeAll(() => {
  const captures = join(folder, 'captures');
  cpSync(fixture('office-zeek-tsv'), captures, { recursive: true });
  const run = cli(['analyze', captures, fixture('office-argus', 'office.binetflow'), '-o', out, '--home-net', OFFICE]);
  expect(run.code, run.stderr).toBe(0);
}, 120_000);

describe('verify', () => {
  it('says same', () => {
    const run = cli(['verify', out]);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/^same\n/);
    expect(run.code).toBe(0);
  }, 120_000);

  it('names the capture that changed, with exit code 1', () => {
    const path = join(folder, 'captures', 'conn.log');
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole.subarray(0, -2), Buffer.from('9\n')]));
    const run = cli(['verify', out, '--json']);
    expect(run.code).toBe(1);
    const result = JSON.parse(run.stdout) as { same: boolean; differences: { kind: string; name: string }[] };
    expect(result.same).toBe(false);
    expect(result.differences.map((d) => `${d.kind} ${d.name}`)).toEqual(['input conn.log']);
    const text = cli(['verify', out, '--no-rerun']).stdout;
    expect(text).toMatch(
      /^1 difference:\n {2}input: conn\.log changed \(recorded [0-9a-f]{12}…, found [0-9a-f]{12}…\); at /,
    );
    writeFileSync(path, whole);
  }, 120_000);

  it('says what is no output folder', () => {
    const run = cli(['verify', folder]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/not an output folder of 'slipstream analyze'/);
    expect(cli(['verify', join(folder, 'none')]).code).toBe(3);
  });
});
