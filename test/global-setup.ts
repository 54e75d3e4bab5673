import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../cli/package-root.js';

/** End-to-end tests run what users run: the built program. */
export default function setup(): void {
  execFileSync(join(packageRoot, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
    cwd: packageRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // The first `npx slipstream` of a checkout makes npm build it again, which must not happen under tests that run the program.
  spawnSync('npx', ['slipstream', '--version'], { cwd: packageRoot, stdio: 'ignore' });
}
