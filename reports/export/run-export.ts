import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError } from '../../cli/errors.js';
import { asset } from '../../cli/package-root.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { makeFolder } from '../../ingest/case/make-folder.js';
import { megabytes } from '../../ingest/case/memory-size.js';
import type { ExportFormat, ExportOptions, ExportSummary } from './format.js';

/** Lies in every exported folder: such a folder may be replaced, another may not. */
export const MARKER = 'slipstream-export.json';

export interface ExportRun {
  readonly db: string;
  readonly output: string;
  readonly format: ExportFormat;
  readonly options: ExportOptions;
  readonly resources: { readonly threads: number; readonly memoryLimit: string };
  readonly progress: (step: string, done: number, total: number) => void;
}

/** The engine does not count the row groups that its writers hold: a fifth of the limit is theirs. */
function withoutWriters(limit: string): string {
  const size = megabytes(limit);
  return size === undefined ? limit : `${Math.max(100, Math.floor(size * 0.8))}MB`;
}

/**
 * Writes an export aside and puts it in place: it is there whole or not at all.
 * @throws CliError when the output is something else than an export of this format
 */
export async function runExport(run: ExportRun): Promise<ExportSummary> {
  const output = resolve(run.output);
  refuseOther(run.output, run.format);
  makeFolder(dirname(output));
  const aside = `${output}.tmp-${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  try {
    mkdirSync(aside);
    const memoryLimit = withoutWriters(run.resources.memoryLimit);
    const store = await CaseStore.open(run.db, { mode: 'read', writeTo: aside, ...run.resources, memoryLimit });
    const target = run.format.shape === 'folder' ? aside : join(aside, 'export');
    let summary: ExportSummary;
    try {
      summary = await run.format.write({ store, path: target, options: run.options, progress: run.progress });
    } finally {
      store.close();
    }
    if (run.format.shape === 'folder') writeFileSync(join(aside, MARKER), marker(run.format, summary));
    replace(target, output);
    return summary;
  } catch (error) {
    throw explained(run.output, error);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function marker(format: ExportFormat, summary: ExportSummary): string {
  const { version } = JSON.parse(readFileSync(asset('package.json'), 'utf8')) as { version: string };
  const value = {
    made_by: 'slipstream',
    slipstream: version,
    format: format.name,
    rows: summary.rows,
    left_out: summary.leftOut,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function replace(from: string, output: string): void {
  const old = `${output}.old-${process.pid}`;
  if (existsSync(output)) renameSync(output, old);
  try {
    renameSync(from, output);
  } catch (error) {
    if (existsSync(old)) renameSync(old, output);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** Only an earlier export of the same format, or an empty folder, is written over. */
function refuseOther(output: string, format: ExportFormat): void {
  if (!existsSync(output)) return;
  const isFolder = statSync(output).isDirectory();
  if (isFolder !== (format.shape === 'folder')) {
    throw new CliError(
      `${output}: ${format.name} makes a ${format.shape}, and a ${isFolder ? 'folder' : 'file'} is there`,
    );
  }
  const ours = isFolder
    ? readdirSync(output).length === 0 || markedAs(join(output, MARKER), format.name)
    : format.ours?.(headOf(output)) === true;
  if (!ours) {
    throw new CliError(
      `${output}: is there and no ${format.name} export; nothing was written, choose another path or remove it`,
    );
  }
}

function markedAs(path: string, name: string): boolean {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as { made_by?: unknown; format?: unknown };
    return value.made_by === 'slipstream' && value.format === name;
  } catch {
    return false;
  }
}

function headOf(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(4096);
    return buffer.subarray(0, readSync(fd, buffer)).toString('utf8');
  } finally {
    closeSync(fd);
  }
}

function explained(output: string, error: unknown): Error {
  if (error instanceof CliError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left|ENOSPC/i.test(message)) return new CliError(`${output}: disk full; nothing was left behind`);
  if (/permission denied|EACCES/i.test(message)) return new CliError(`${output}: permission denied`);
  return new CliError(`${basename(output)}: cannot be exported (${message.split('\n')[0]})`);
}
