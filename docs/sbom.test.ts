import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { packageRoot } from '../cli/package-root.js';
import { installedPackages } from './generate/licences.js';

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses?: readonly unknown[];
  }[];
}

it('npm run sbom names every package of an installation, with a licence that the page has', () => {
  const run = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: packageRoot, encoding: 'utf8', timeout: 120_000 });
  expect(run.status, run.stderr).toBe(0);
  const bom = JSON.parse(run.stdout) as Bom;
  expect(bom.bomFormat).toBe('CycloneDX');
  const locked = new Map(installedPackages().map((p) => [`${p.name}@${p.version}`, p.licence]));
  const own = bom.components.filter((c) => locked.has(`${c.name}@${c.version}`));
  expect(own.length).toBeGreaterThan(50);
  expect(bom.components.map((c) => `${c.name}@${c.version}`).filter((id) => !locked.has(id))).toEqual([]);
  expect(own.filter((c) => c.licenses === undefined).map((c) => c.name)).toEqual([]);
}, 120_000);

it('every package states a licence, none of them one that asks for the source of what uses it', () => {
  for (const { name, licence } of installedPackages()) {
    expect(licence, name).not.toBe('not stated');
    expect(licence, name).not.toMatch(/\bA?GPL|SSPL|BUSL|UNLICENSED/);
  }
});
