import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder, found from this file upwards: the same from sources and from `dist/`. */
export const packageRoot: string = (() => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json'))) dir = dirname(dir);
  return dir;
})();

/** Path of a file that ships beside the code (`.sql`, `.hbs`, `.yaml`). */
export const asset = (...parts: string[]): string => join(packageRoot, ...parts);
