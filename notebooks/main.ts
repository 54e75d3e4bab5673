/** `npm run notebooks`: sets up the kernel and opens them. `npm run notebooks -- strip`: takes the outputs away. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findJupyter, JUPYTER_INSTALL } from '../cli/clone-programs.js';
import { packageRoot } from '../cli/package-root.js';
import { installKernel, kernelEnvironment, names, notebooks, read, stripped } from './kernel.js';

const LOCAL = ['--ServerApp.ip=127.0.0.1', '--NotebookApp.ip=127.0.0.1'];
if (process.argv[2] === 'strip') {
  for (const name of names()) writeFileSync(join(notebooks, `${name}.ipynb`), stripped(read(name)));
} else {
  if (!existsSync(join(packageRoot, 'dist', 'index.js')))
    spawnSync('npm', ['run', 'build'], { cwd: packageRoot, stdio: 'inherit' });
  installKernel();
  const env = kernelEnvironment();
  const server = findJupyter();
  if (server === undefined) {
    process.stderr.write(`notebooks: Jupyter is not here: ${JUPYTER_INSTALL}\n`);
    process.exitCode = 1;
  } else {
    const [program, ...args] = server;
    process.exitCode =
      spawnSync(program, [...args, ...LOCAL, ...process.argv.slice(2)], { cwd: notebooks, env, stdio: 'inherit' })
        .status ?? 1;
  }
}
