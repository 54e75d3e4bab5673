/** Programs that only a clone uses: its tests and notebooks. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { which } from './which.js';

export const CHROMIUM_INSTALL = 'apt-get install chromium';
export const JUPYTER_INSTALL = 'apt-get install jupyter-notebook, or pip install jupyterlab';
export const KERNEL_INSTALL = 'npm ci --prefix notebooks --ignore-scripts';

/** Path of a Chromium: what CHROMIUM names, else from PATH or /usr/bin; undefined: there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const path = which(name, ['/usr/bin']);
    if (path !== undefined) return path;
  }
  return undefined;
}

const SERVERS = [
  ['jupyter', 'lab'],
  ['jupyter', 'notebook'],
  ['python3', '-m', 'jupyterlab'],
  ['python3', '-m', 'notebook'],
  ['/usr/bin/python3', '-m', 'notebook'],
] as const;

/** The command that opens notebooks here; undefined: Jupyter is missing. */
export const findJupyter = (): readonly [program: string, ...args: string[]] | undefined =>
  SERVERS.find(
    ([program, ...args]) =>
      spawnSync(program, [...args, '--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0,
  );
