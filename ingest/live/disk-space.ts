import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes that stay free for what else the machine does. */
const RESERVE = 64 * 1024 * 1024;

/**
 * Whether a database may grow. A write that fails for want of space can leave DuckDB unusable, so it is not begun.
 * @param copies how many more times the file's size is needed
 * @returns bytes that are missing; 0 when there is room
 */
export function missingSpace(database: string, copies: number): number {
  const { bavail, bsize } = statfsSync(dirname(database));
  return Math.max(0, RESERVE + copies * statSync(database).size - bavail * bsize);
}
