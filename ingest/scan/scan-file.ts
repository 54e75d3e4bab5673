import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../../cli/errors.js';
import type { Compression, FileHead } from './file-head.js';
import { gzipInflater, zstdInflater } from './inflate.js';
import { TextStats } from './text-stats.js';

/** A file after the one pass that hashes it. */
export interface ScannedFile {
  readonly head: FileHead;
  /** Bytes of the file as given. */
  readonly bytes: number;
  /** SHA-256 of the file as given, hex. */
  readonly sha256: string;
  /** Hash of the first `size` bytes, for the sizes asked for. */
  readonly prefixes: ReadonlyMap<number, string>;
  /** Where the plain bytes lie: the file itself, or a spooled copy when it was compressed. */
  readonly plainPath: string;
  readonly stats: TextStats | undefined;
  /** Set when decompression stopped early: what was read before is used. */
  readonly damage: string | undefined;
}

export interface ScanOptions {
  readonly text: boolean;
  /** Folder for decompressed copies. */
  readonly tempDir: string;
  /** Sizes of captures already known: the hash of that many first bytes is reported. */
  readonly prefixSizes?: readonly number[];
  readonly onBytes?: (done: number) => void;
}

/** What a core's own cache holds: the bytes are copied in and hashed at once. */
const CHUNK = 256 * 1024;
let spooled = 0;

/** Reads a file once: hash, line counts and, when compressed, a plain copy in `tempDir`. */
export async function scanFile(head: FileHead, options: ScanOptions): Promise<ScannedFile> {
  const hash = createHash('sha256');
  const prefixes = new Map<number, string>();
  const sizes = [...(options.prefixSizes ?? [])].sort((a, b) => a - b);
  const stats = options.text ? new TextStats() : undefined;
  const sink =
    head.compression === 'none' ? plainSink(head.path, stats) : spoolSink(head.path, head.compression, options, stats);
  const fd = openForReading(head.path);
  const buffer = Buffer.allocUnsafe(CHUNK);
  let bytes = 0;
  let damage: string | undefined;
  try {
    for (;;) {
      const got = readSync(fd, buffer, 0, CHUNK, null);
      if (got === 0) break;
      let from = 0;
      while (sizes[0] !== undefined && sizes[0] <= bytes + got) {
        const upTo = sizes.shift()! - bytes;
        hash.update(buffer.subarray(from, upTo));
        prefixes.set(bytes + upTo, hash.copy().digest('hex'));
        from = upTo;
      }
      hash.update(buffer.subarray(from, got));
      bytes += got;
      if (damage === undefined) damage = await sink.write(buffer.subarray(0, got));
      options.onBytes?.(bytes);
    }
    const last = await sink.end();
    damage ??= last;
  } finally {
    closeSync(fd);
    sink.close();
  }
  stats?.finish();
  return { head, bytes, sha256: hash.digest('hex'), prefixes, plainPath: sink.path, stats, damage };
}

interface Sink {
  readonly path: string;
  /** Returns what is damaged, if anything. */
  write(chunk: Buffer): Promise<string | undefined>;
  end(): Promise<string | undefined>;
  close(): void;
}

function plainSink(path: string, stats: TextStats | undefined): Sink {
  return {
    path,
    async write(chunk) {
      stats?.update(chunk);
      return undefined;
    },
    end: async () => undefined,
    close: () => undefined,
  };
}

function spoolSink(source: string, compression: Compression, options: ScanOptions, stats: TextStats | undefined): Sink {
  mkdirSync(options.tempDir, { recursive: true });
  const path = join(options.tempDir, `plain-${spooled++}`);
  const out = openSync(path, 'w');
  const take = (chunk: Buffer): void => {
    stats?.update(chunk);
    writeSync(out, chunk);
  };
  const inflate = compression === 'gzip' ? gzipInflater(source, take) : zstdInflater(take);
  return { path, write: inflate.write, end: inflate.end, close: () => closeSync(out) };
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES') throw inputError(`${path}: permission denied`);
    throw inputError(`${path}: cannot be read (${code ?? error})`);
  }
}
