import { spawn } from 'node:child_process';
import { closeSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { resolve as absolute, join } from 'node:path';
import { CliError } from '../../cli/errors.js';
import { TextStats } from '../scan/text-stats.js';

/** What an external program printed: its output lies in a spool file. */
export interface ToolOutput {
  readonly path: string;
  readonly stats: TextStats;
  /** First 4,000 characters of stderr. */
  readonly errors: string;
  /** Exit code, or the name of the signal that ended it. */
  readonly status: number | string;
}

export interface Tool {
  readonly program: string;
  /** Debian package that has the program. */
  readonly package: string;
  readonly args: readonly string[];
  /** Folder that it runs in; `output` is made there. */
  readonly folder: string;
}

/** Name under which a program finds its input in its folder: file names may mean something to it (`file:from:to`). */
export function linkInput(folder: string, path: string): string {
  symlinkSync(absolute(path), join(folder, 'input'));
  return 'input';
}

const ERROR_LIMIT = 4000;

/**
 * Runs a program with UTC times and without the user's own settings for it; its output is written to a file as it comes.
 * @throws CliError naming the package when the program is missing
 */
export function runTool(tool: Tool): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const stats = new TextStats();
    const path = join(tool.folder, 'output');
    const out = openSync(path, 'w');
    let errors = '';
    let failure: unknown;
    const child = spawn(tool.program, [...tool.args], {
      cwd: tool.folder,
      env: { PATH: process.env.PATH ?? '', TZ: 'UTC', LC_ALL: 'C', HOME: '/nonexistent' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const fail = (error: unknown): void => {
      failure ??= error;
      child.kill();
    };
    child.stdout.on('data', (chunk: Buffer) => {
      if (failure !== undefined) return;
      try {
        stats.update(chunk);
        for (let at = 0; at < chunk.length; ) at += writeSync(out, chunk, at);
      } catch (error) {
        fail(error);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < ERROR_LIMIT) errors = (errors + chunk.toString('utf8')).slice(0, ERROR_LIMIT);
    });
    child.on('error', (error) => fail(missing(tool, error)));
    child.on('close', (code, signal) => {
      closeSync(out);
      if (failure !== undefined) return reject(failure);
      stats.finish();
      resolve({ path, stats, errors, status: code ?? signal ?? 'unknown' });
    });
  });
}

function missing(tool: Tool, error: NodeJS.ErrnoException): unknown {
  if (error.code !== 'ENOENT') return error;
  return new CliError(
    `the program '${tool.program}' is needed to read this file and is not installed: apt-get install ${tool.package}`,
  );
}
