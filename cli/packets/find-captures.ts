import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CliError, inputError } from '../errors.js';
import { sha256File } from '../hash-file.js';
import { STDIN_NAME } from '../read-inputs.js';
import { safe } from '../terminal.js';
import type { WantedPackets } from './wanted-packets.js';

/**
 * The original of each capture: by name in the folder given (else in the current one and that of the case), then any
 * file of the same size below the folder given; always checked by SHA-256.
 * @throws CliError saying what was looked for and where
 */
export function findCaptures(wanted: readonly WantedPackets[], folder: string | undefined, db: string): string[] {
  if (folder !== undefined && !(existsSync(folder) && statSync(folder).isDirectory())) {
    throw inputError(`--captures ${folder}: no such folder`);
  }
  const folders = folder === undefined ? [process.cwd(), dirname(resolve(db))] : [folder];
  return wanted.map((capture) => find(capture, folders, folder !== undefined));
}

function find(capture: WantedPackets, folders: readonly string[], deep: boolean): string {
  const named = folders.flatMap((f) => [join(f, capture.path), join(f, basename(capture.path))]);
  const present = [...new Set(named)].filter(isFile);
  const others = deep ? folders.flatMap((f) => filesBelow(f)) : [];
  for (const path of new Set([...present, ...others])) {
    if (statSync(path).size === capture.bytes && sha256File(path) === capture.sha256) return path;
  }
  const name = safe(capture.path);
  if (present.length > 0) {
    throw new CliError(`${safe(present[0])}: not the capture that was ingested (size or SHA-256 differ)`);
  }
  const where = folders.map(safe).join(' or ');
  const hash = `SHA-256 ${capture.sha256.slice(0, 16)}…`;
  if (capture.path === STDIN_NAME) {
    throw new CliError(
      `the capture came by standard input, which is not kept, and no copy is in ${where}; save the same bytes to a file and name its folder with --captures DIR (${hash})`,
    );
  }
  throw new CliError(`${name}: the original capture is not in ${where}; say where it is with --captures DIR (${hash})`);
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
