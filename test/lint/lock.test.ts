import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';

interface Lock {
  readonly packages: Record<
    string,
    { version?: string; optionalDependencies?: Record<string, string>; resolved?: string }
  >;
}

it('the lock file is whole, so that `npm ci` takes it, and names no registry (node scripts/complete-lock.mjs)', () => {
  const lock = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as Lock;
  const missing = Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${parent}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
  expect(Object.values(lock.packages).filter((p) => p.resolved?.startsWith('http'))).toEqual([]);
});
