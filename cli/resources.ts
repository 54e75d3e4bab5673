import { megabytes } from '../ingest/case/memory-size.js';
import { usageError } from './errors.js';

export interface Resources {
  readonly threads: number;
  readonly memoryLimit: string;
}

/** Threads and memory of commands that only open a case. */
export function resources(flags: { readonly threads?: string; readonly memoryLimit?: string }): Resources {
  return { threads: threads(flags.threads) ?? 2, memoryLimit: memoryLimit(flags.memoryLimit ?? '2GB') };
}

/** @throws CliError unless it is a number of threads; undefined stays so */
export function threads(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 256)
    throw usageError(`--threads ${text}: expected a whole number from 1 to 256`);
  return n;
}

/**
 * A size such as 512MB or 2GB; at least 256 MB.
 * @throws CliError for anything else
 */
export function memoryLimit(text: string): string {
  const size = megabytes(text);
  if (size === undefined) throw usageError(`--memory-limit ${text}: expected a size such as 512MB or 2GB`);
  if (size < 256) throw usageError(`--memory-limit ${text}: at least 256MB`);
  return text.trim();
}
