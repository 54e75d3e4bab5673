import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CliError } from '../../cli/errors.js';

/**
 * Makes a folder and its parents one by one: `recursive` of Node never ends under /proc.
 * @throws CliError saying why it cannot be made
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const path of missing) {
    try {
      mkdirSync(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue;
      const why = {
        EACCES: 'permission denied',
        ENOSPC: 'disk full',
        EROFS: 'read-only file system',
        ENOTDIR: 'a file is in the way',
      }[code ?? ''];
      throw new CliError(`${folder}: cannot make this folder (${why ?? code ?? error})`);
    }
  }
}
