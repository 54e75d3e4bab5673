import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.js';

/** The tester's own feeds are not the test's. */
const NO_DATA = join(tmpdir(), 'slipstream-no-data-home');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
  readonly timeout?: number;
  /** Another Node than the one that runs the tests. */
  readonly node?: string;
  /** Folder of another copy of the package; default this one. */
  readonly package?: string;
}

/** Runs the built program as a user does. */
export function cli(args: readonly string[], options: CliOptions = {}): CliRun {
  const run = spawnSync(
    options.node ?? process.execPath,
    [join(options.package ?? packageRoot, 'dist', 'cli', 'main.js'), ...args],
    {
      cwd: options.cwd ?? packageRoot,
      env: { ...process.env, XDG_DATA_HOME: NO_DATA, ...options.env },
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      timeout: options.timeout ?? 120_000,
      ...(options.input === undefined ? {} : { input: options.input }),
    },
  );
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Rows of a query on a case. */
export function query<T = Record<string, unknown>>(db: string, sql: string): T[] {
  const run = cli(['query', '--db', db, '--json', sql]);
  if (run.code !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as T[];
}
