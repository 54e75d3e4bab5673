import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { inputError } from '../cli/errors.js';

/** One file to read. */
export interface InputFile {
  /** As the operating system opens it. */
  readonly path: string;
  /** Relative to the INPUT argument: what the case remembers. */
  readonly shown: string;
  /** Files with the same folder key may form one source. */
  readonly folder: string;
  /** The folder relative to the INPUT argument, `.` for its top. */
  readonly root: string;
  /** Named on the command line: must be readable and of a known kind. */
  readonly explicit: boolean;
  /** Source of the capture when it is already known, as when a case is made again. */
  readonly sourceId?: string;
}

/** A folder named by a date is a rotation of its parent. */
const DATED = /^\d{4}-?\d{2}-?\d{2}$/;

/**
 * Files behind the INPUT arguments: a file, a folder (walked), or a glob.
 * Names do not order anything: captures are ordered by time and hash later.
 * @throws CliError for an argument that matches nothing
 */
export function expandInputs(inputs: readonly string[]): InputFile[] {
  const out = new Map<string, InputFile>();
  const add = (file: InputFile): void => {
    const real = realpathSync(file.path);
    if (!out.has(real) || file.explicit) out.set(real, file);
  };
  for (const input of inputs) {
    const matches = existsSync(input) ? [input] : expandGlob(input);
    for (const match of matches) {
      if (statSync(match).isDirectory()) {
        const top = resolve(match);
        for (const path of walk(top)) {
          let folder = dirname(path);
          while (folder !== top && DATED.test(basename(folder))) folder = dirname(folder);
          add({
            path,
            shown: posix(relative(top, path)),
            folder,
            root: posix(relative(top, folder)) || '.',
            explicit: false,
          });
        }
      } else {
        const path = resolve(match);
        add({ path, shown: basename(path), folder: dirname(path), root: '.', explicit: true });
      }
    }
  }
  return [...out.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

const posix = (path: string): string => path.split('\\').join('/');

function expandGlob(pattern: string): string[] {
  if (!/[*?[{]/.test(pattern)) throw inputError(`${pattern}: no such file or folder`);
  const found = globSync(pattern, { onlyFiles: false, expandDirectories: false });
  if (found.length === 0) throw inputError(`${pattern}: matches no file`);
  return found.sort();
}

function walk(folder: string): string[] {
  const out: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) out.push(...walk(path));
    else if (entry.isFile() || (entry.isSymbolicLink() && existsSync(path) && statSync(path).isFile())) {
      if (!lstatSync(path).isSymbolicLink() || realpathSync(path).startsWith(realpathSync(folder))) out.push(path);
    }
  }
  return out.sort();
}
