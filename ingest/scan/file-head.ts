import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { Decompress, decompress } from 'fzstd';

export type Compression = 'none' | 'gzip' | 'zstd';

/** The beginning of a file, decompressed: enough to say what it is. */
export interface FileHead {
  readonly path: string;
  /** File name without `.gz` or `.zst`. */
  readonly name: string;
  readonly compression: Compression;
  /** Up to 64 KiB, decompressed. */
  readonly bytes: Uint8Array;
  /** The bytes as text (UTF-8, bad bytes replaced), without a byte order mark. */
  readonly text: string;
  /** Nothing of the compressed data could be read: it is cut before its first block, or no such data. */
  readonly damaged: boolean;
  /** True when the head holds no control characters but TAB, CR, LF. */
  readonly isText: boolean;
}

const HEAD_BYTES = 65536;
/** A zstd block is decompressed as a whole; the largest has 128 KiB. */
const ZSTD_HEAD_BYTES = 65536 + (1 << 17);

/** Reads a file's head. `bytes` is empty for an empty file. `name`: what the file is called where it came from. */
export function readHead(path: string, name = basename(path)): FileHead {
  let raw = firstBytes(path, HEAD_BYTES);
  const compression = compressionOf(raw);
  if (compression === 'zstd') raw = firstBytes(path, ZSTD_HEAD_BYTES);
  const bytes = compression === 'none' ? raw : inflateHead(raw, compression).subarray(0, HEAD_BYTES);
  const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes);
  let control = 0;
  for (const b of bytes) if (b < 9 || (b > 13 && b < 32)) control++;
  return {
    path,
    name: name.replace(/\.(gz|zst)$/i, ''),
    compression,
    bytes,
    text,
    damaged: compression !== 'none' && bytes.length === 0 && !isWhole(raw, compression),
    // A few stray bytes do not make a log binary.
    isText: control * 200 <= bytes.length,
  };
}

export function compressionOf(raw: Uint8Array): Compression {
  if (raw.length >= 2 && raw[0] === 0x1f && raw[1] === 0x8b) return 'gzip';
  if (raw.length >= 4 && raw[0] === 0x28 && raw[1] === 0xb5 && raw[2] === 0x2f && raw[3] === 0xfd) return 'zstd';
  return 'none';
}

function firstBytes(path: string, length: number): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(length);
    let have = 0;
    while (have < length) {
      const got = readSync(fd, buffer, have, length - have, have);
      if (got === 0) break;
      have += got;
    }
    return buffer.subarray(0, have);
  } finally {
    closeSync(fd);
  }
}

/** As much of the beginning as can be decompressed; the scan says with the offset what is damaged behind it. */
function inflateHead(raw: Uint8Array, compression: 'gzip' | 'zstd'): Uint8Array {
  return compression === 'gzip' ? gunzipHead(raw) : unzstdHead(raw);
}

/** True for the compressed form of a file without bytes. */
function isWhole(raw: Uint8Array, compression: 'gzip' | 'zstd'): boolean {
  try {
    return (compression === 'gzip' ? gunzipSync(raw) : decompress(raw)).length === 0;
  } catch {
    return false;
  }
}

function gunzipHead(raw: Uint8Array): Uint8Array {
  const inflate = (length: number): Uint8Array | undefined => {
    try {
      return gunzipSync(raw.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
      return undefined;
    }
  };
  // One wrong byte makes all fail; the longest beginning without it is looked for.
  let good = 0;
  let bad = raw.length + 1;
  let out = inflate(raw.length);
  if (out !== undefined) return out;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const part = inflate(middle);
    if (part === undefined) bad = middle;
    else {
      good = middle;
      out = part;
    }
  }
  return out ?? new Uint8Array(0);
}

function unzstdHead(raw: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  try {
    const stream = new Decompress((chunk) => parts.push(chunk));
    stream.push(raw, false);
  } catch {
    // What came before the damage is there.
  }
  return Buffer.concat(parts);
}
