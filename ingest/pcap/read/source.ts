import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { CaptureRefused, type Problems } from './problems.js';

/** What a core's own cache holds: the bytes are copied in and looked at once. */
const CHUNK = 1 << 18;
/** zstd's own command line refuses larger windows too unless told otherwise. */
const MAX_ZSTD_WINDOW = 1 << 27;

/** Called with the bytes of the file as given, before decompression, in order (for hashing in the same pass). */
export type RawBytes = (chunk: Uint8Array) => void;

/**
 * The decompressed bytes of a file (`-` = standard input), gzip and zstd recognised by content. A chunk is valid until
 * the next one is asked for. Cut or broken compressed data is a problem, and what came before it is delivered.
 */
export async function* openSource(
  path: string,
  problems: Problems,
  file: number,
  raw?: RawBytes,
): AsyncGenerator<Uint8Array> {
  const chunks = tee(path === '-' ? stdin() : fileChunks(path), raw);
  const first = await firstBytes(chunks);
  if (first.head.length >= 2 && first.head[0] === 0x1f && first.head[1] === 0x8b) {
    yield* gunzip(first.all, problems, file);
  } else if (first.head.length >= 4 && u32le(first.head, 0) === 0xfd2fb528) {
    yield* unzstd(first.all, first.head, path, problems, file);
  } else yield* first.all;
}

function u32le(buf: Uint8Array, at: number): number {
  return (buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24)) >>> 0;
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new CaptureRefused('unreadable', `${path}: ${(error as Error).message}`);
  }
  try {
    const buffer = new Uint8Array(CHUNK);
    for (;;) {
      // Not in another thread: handing over costs more than the copy out of the page cache.
      const bytesRead = readSync(fd, buffer, 0, CHUNK, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw new CaptureRefused('unreadable', `${path}: ${(error as Error).message}`);
  } finally {
    closeSync(fd);
  }
}

async function* stdin(): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream('', { fd: 0, highWaterMark: CHUNK, autoClose: false })) {
    yield chunk as Uint8Array;
  }
}

async function* tee(chunks: AsyncGenerator<Uint8Array>, raw: RawBytes | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    raw?.(chunk);
    yield chunk;
  }
}

/** Enough bytes to recognise a compression, and the whole stream again. */
async function firstBytes(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 18) {
    const { value, done } = await chunks.next();
    if (done) break;
    // A pipe may give a few bytes at a time. The source reuses its buffer only after the next read.
    head = head.length === 0 && value.length >= 18 ? value : concat(head, value);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      yield* chunks;
    } finally {
      // The reader may stop at the first chunk, before the source is entered.
      await chunks.return(undefined);
    }
  }
  return { head, all: all() };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

async function* gunzip(
  chunks: AsyncGenerator<Uint8Array>,
  problems: Problems,
  file: number,
): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: 1 << 18 });
  const out: Uint8Array[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  let wake: () => void = () => undefined;
  let offset = 0;
  // Events and not iteration: an error would drop what the stream still buffers.
  stream.on('data', (data: Uint8Array) => out.push(data));
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  stream.on('end', () => wake());
  for await (const chunk of chunks) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      stream.write(chunk, () => resolve());
    });
    for (const data of out.splice(0)) {
      offset += data.length;
      yield data;
    }
    if (failure) break;
  }
  if (!failure) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      stream.end();
    });
  }
  for (const data of out.splice(0)) {
    offset += data.length;
    yield data;
  }
  if (failure) {
    const cut = failure.code === 'Z_BUF_ERROR';
    problems.add(cut ? 'compressed-data-cut' : 'compressed-data-bad', file, offset, failure.message);
  }
}

async function* unzstd(
  chunks: AsyncGenerator<Uint8Array>,
  head: Uint8Array,
  path: string,
  problems: Problems,
  file: number,
): AsyncGenerator<Uint8Array> {
  if (zstdWindow(head) > MAX_ZSTD_WINDOW) {
    throw new CaptureRefused('unreadable', `${path}: zstd window above ${MAX_ZSTD_WINDOW} bytes`);
  }
  const out: Uint8Array[] = [];
  const stream = new Decompress((data) => {
    out.push(data);
  });
  let offset = 0;
  let failure: Error | undefined;
  let last = false;
  const push = (chunk: Uint8Array, final: boolean): void => {
    try {
      // The decompressor keeps what it is given.
      stream.push(chunk.slice(), final);
    } catch (error) {
      failure = error as Error;
    }
  };
  try {
    while (!last && !failure) {
      const { value, done } = await chunks.next();
      last = done === true;
      push(value instanceof Uint8Array ? value : new Uint8Array(0), last);
      for (const data of out.splice(0)) {
        offset += data.length;
        yield data;
      }
    }
  } finally {
    await chunks.return(undefined);
  }
  if (failure) {
    const cut = /EOF|eof/.test(failure.message);
    problems.add(cut ? 'compressed-data-cut' : 'compressed-data-bad', file, offset, failure.message);
  }
}

/** Window size in bytes that the first zstd frame asks for. */
function zstdWindow(head: Uint8Array): number {
  if (head.length < 18) return 0;
  const descriptor = head[4]!;
  if ((descriptor & 0x20) === 0) {
    const exponent = head[5]! >> 3;
    const base = 2 ** (10 + exponent);
    return base + (base / 8) * (head[5]! & 7);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const size = descriptor >> 6;
  if (size === 0) return head[at]!;
  if (size === 1) return head[at]! | (head[at + 1]! << 8);
  return size === 2 ? u32le(head, at) : u32le(head, at) + u32le(head, at + 4) * 0x100000000;
}
