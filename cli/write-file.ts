import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../ingest/case/make-folder.js';
import { CliError } from './errors.js';

/** Writes a file aside and renames it: it is there whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  const aside = `${path}.tmp-${process.pid}`;
  try {
    const fd = openSync(aside, 'w');
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      { ENOSPC: 'disk full', EACCES: 'permission denied', EISDIR: 'is a folder' }[code ?? ''] ?? code ?? String(error);
    throw new CliError(`${path}: cannot be written (${why})`);
  }
}
