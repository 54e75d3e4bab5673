import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('readme');

/** Commands of the README's `sh` blocks; `npm ci` has been run by whoever runs this test. */
const commands = [...readFileSync(join(packageRoot, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((m) => m[1]!.split('\n'))
  .map((line) => line.replace(/^npm ci && /, '').trim())
  .filter((line) => line !== '' && line !== 'npm test');

describe('README', () => {
  it('shows the two commands', () => {
    const text = readFileSync(join(packageRoot, 'README.md'), 'utf8');
    expect(text).toContain('npm ci && npx slipstream analyze test/fixtures/');
    expect(text).toContain('npm ci && npm test');
    expect(commands.length).toBeGreaterThanOrEqual(3);
  });

  it.each(commands)(
    '%s',
    (command) => {
      const here = command
        .replaceAll(' out ', ` ${folder} `)
        .replaceAll('out/case.duckdb', `${folder}/case.duckdb`)
        .replace(/ out$/, ` ${folder}`)
        .replace(/ -o mine$/, ` -o ${folder}/mine`);
      const run = spawnSync('sh', ['-c', here], { cwd: packageRoot, encoding: 'utf8', timeout: 120_000 });
      expect(run.status, `${here}\n${run.stderr}`).toBe(0);
      expect(run.stdout).not.toBe('');
    },
    120_000,
  );
});
