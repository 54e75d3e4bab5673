import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli } from '../support/cli.js';
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
