import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { fixture } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly needed: boolean;
  readonly detail: string;
}

const none = join(tempDir('doctor'), 'no-such');

it('names what is missing, how to install it, and is content without it', () => {
  const run = cli(['doctor', '--json'], { env: { PATH: none, CHROMIUM: none, XDG_DATA_HOME: none } });
  expect(run.code, run.stderr).toBe(0);
  const checks = JSON.parse(run.stdout) as Check[];
  const of = (name: string): Check | undefined => checks.find((c) => c.name === name);
  expect(checks.filter((c) => c.needed && !c.ok)).toEqual([]);
  for (const [name, install] of [
    ['ra', 'apt-get install argus-client'],
    ['nfdump', 'apt-get install nfdump'],
    ['chromium', 'apt-get install chromium'],
  ] as const) {
    expect(of(name), name).toMatchObject({ ok: false, needed: false, detail: expect.stringContaining(install) });
  }
  // These are looked for at fixed places too.
  for (const [name, install] of [
    ['jupyter', 'apt-get install jupyter-notebook'],
    ['tslab', 'npm ci --prefix notebooks'],
    ['cap', 'apt-get install libpcap-dev'],
  ] as const) {
    const check = of(name);
    expect(check, name).toMatchObject({ needed: false });
    expect(check!.ok || check!.detail.includes(install), check!.detail).toBe(true);
  }
});

it('says of a case what its sources lack and what could therefore not be decided', () => {
  const out = join(tempDir('doctor-case'), 'out');
  expect(cli(['analyze', fixture('office-argus', 'office.binetflow'), '-o', out]).code).toBe(0);
  const run = cli(['doctor', '--db', join(out, 'case.duckdb')]);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/^ok +sources: argus \(1 capture\)$/m);
  expect(run.stdout).toMatch(/^missing +no source gives http\.user_agent; not decided: .*suspicious-user-agent/m);
  const json = JSON.parse(cli(['doctor', '--db', join(out, 'case.duckdb'), '--json']).stdout) as {
    analysed: boolean;
    notDecided: { reason: string; detections: string[] }[];
  };
  expect(json.analysed).toBe(true);
  expect(json.notDecided.flatMap((g) => g.detections)).toContain('arp-scan');
  const none = cli(['doctor', '--db', join(out, 'no-such.duckdb')]);
  expect(none.stderr).toMatch(/no such case/);
  expect(none.code).not.toBe(0);
});
