import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is: in PATH, or where system programs are that PATH often leaves out; undefined: nowhere. */
export function which(name: string, more: readonly string[] = ['/usr/sbin', '/sbin']): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...more]) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return undefined;
}
