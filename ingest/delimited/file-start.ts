import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of a file, at most 64 KiB. */
export function fileStart(path: string): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(65536);
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** The same as text. */
export const fileStartText = (path: string): string => new TextDecoder('utf-8').decode(fileStart(path));
