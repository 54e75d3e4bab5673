import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { KERNEL_INSTALL } from '../cli/clone-programs.js';
import { packageRoot } from '../cli/package-root.js';

/** Folder of the notebooks. */
export const notebooks = join(packageRoot, 'notebooks');

const modules = join(notebooks, 'node_modules');
const tslab = join(modules, 'tslab', 'bin', 'tslab');
const jupyterPath = join(notebooks, '.jupyter');

/** Names of the notebooks, without the extension. */
export const names = (): string[] =>
  readdirSync(notebooks)
    .filter((f) => f.endsWith('.ipynb'))
    .map((f) => f.slice(0, -'.ipynb'.length))
    .sort();

/** What is missing before notebooks can run, with the command that installs it; undefined: nothing. */
export function missing(): string | undefined {
  if (!existsSync(tslab)) return `the kernel: ${KERNEL_INSTALL}`;
  if (nbconvert() === undefined)
    return 'nbconvert: apt-get install python3-nbconvert, or pip install nbconvert ipykernel';
  return undefined;
}

/** The command that runs nbconvert here. */
export function nbconvert(): readonly string[] | undefined {
  return [
    ['jupyter', 'nbconvert'],
    ['python3', '-m', 'nbconvert'],
    ['/usr/bin/python3', '-m', 'nbconvert'],
  ].find(([program, ...args]) => spawnSync(program!, [...args, '--version'], { stdio: 'ignore' }).status === 0);
}

/** Installs tslab when it is not there: it is no dependency of the package, only of the notebooks. */
export function installKernel(): void {
  if (existsSync(tslab)) return;
  const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', notebooks], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (done.status !== 0) throw new Error('npm could not install the kernel (tslab)');
}

/** Makes the kernel known to Jupyter in this folder only, and `slipstream` to the notebooks. @returns the environment */
export function kernelEnvironment(): NodeJS.ProcessEnv {
  const link = join(modules, 'slipstream');
  // Not `rmSync`: on Node 24 it takes the link for the folder behind it.
  if (lstatSync(link, { throwIfNoEntry: false })) unlinkSync(link);
  symlinkSync(join('..', '..'), link);
  const folder = join(jupyterPath, 'kernels', 'tslab');
  mkdirSync(folder, { recursive: true });
  const argv = [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'];
  writeFileSync(
    join(folder, 'kernel.json'),
    `${JSON.stringify({ argv, display_name: 'TypeScript', language: 'typescript' }, null, 2)}\n`,
  );
  return { ...process.env, JUPYTER_PATH: jupyterPath };
}

interface Cell {
  readonly cell_type: string;
  outputs?: readonly Output[];
  execution_count?: number | null;
}

interface Output {
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Notebook {
  readonly cells: readonly Cell[];
}

export const read = (name: string): Notebook =>
  JSON.parse(readFileSync(join(notebooks, `${name}.ipynb`), 'utf8')) as Notebook;

/** The notebook's text without what running it left: what is committed. */
export function stripped(notebook: Notebook): string {
  const cells = notebook.cells.map((c) => (c.cell_type === 'code' ? { ...c, execution_count: null, outputs: [] } : c));
  return `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`;
}

/** All that the cells of an executed notebook printed; pictures by the names of their types. */
export const printed = (notebook: Notebook): string =>
  notebook.cells
    .flatMap((c) => c.outputs ?? [])
    .map((o) => (o.data === undefined ? [o.text ?? ''].flat().join('') : `[${Object.keys(o.data).sort().join(' ')}]\n`))
    .join('');
