import { closeSync, openSync, readSync } from 'node:fs';

/** What the record headers of a binary Argus file say. */
export interface RecordCount {
  /** Flow records: all but management records. */
  readonly flows: number;
  readonly management: number;
  /** Byte at which the file stops being whole records, or undefined when it ends with one. */
  readonly cutAt: number | undefined;
  readonly bytes: number;
}

const COOKIES = new Set([0xe5712dcb, 0xe5617acb]);

/** Version of a binary Argus file from the management record at its start; undefined when it is none. */
export function argusVersion(head: Uint8Array): number | undefined {
  if (head.length < 12 || (head[0]! & 0xf0) !== 0x80) return undefined;
  const cookie = new DataView(head.buffer, head.byteOffset).getUint32(8);
  return COOKIES.has(cookie) ? head[0]! & 0x0f : undefined;
}

const CHUNK = 4 * 1024 * 1024;

/** Steps over the records of a binary Argus file: type in the first byte, length in words of 4 bytes in the third and fourth. */
export function countRecords(path: string): RecordCount {
  const fd = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let flows = 0;
  let management = 0;
  let start = 0;
  let have = 0;
  let at = 0;
  try {
    for (;;) {
      const got = readSync(fd, buffer, 0, CHUNK, start);
      have = start + got;
      // Records are at most 256 KiB long, so a full chunk always holds whole ones.
      while (at + 4 <= have) {
        const i = at - start;
        const length = buffer.readUInt16BE(i + 2) * 4;
        if (length === 0 || at + length > have) break;
        if ((buffer[i]! & 0xf0) === 0x80) management++;
        else flows++;
        at += length;
      }
      if (got < CHUNK || at === start) break;
      start = at;
    }
  } finally {
    closeSync(fd);
  }
  return { flows, management, cutAt: at === have ? undefined : at, bytes: have };
}
