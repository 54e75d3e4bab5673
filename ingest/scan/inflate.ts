import { closeSync, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

/** Decompresses what is written to it; both calls return what is damaged, if anything. */
export interface Inflater {
  write(chunk: Buffer): Promise<string | undefined>;
  end(): Promise<string | undefined>;
}

type Take = (chunk: Buffer) => void;

/** Bytes given to zlib at a time while the damaged one is looked for, closer and closer. */
const STEPS = [512, 1];

/**
 * Gives the decompressed bytes of a gzip file to `take`, up to a damaged place.
 * @param path the file, whose bytes are written in order
 */
export function gzipInflater(path: string, take: Take): Inflater {
  let given = 0;
  let taken = 0;
  const counting: Take = (chunk) => {
    taken += chunk.length;
    take(chunk);
  };
  const first = zlibInflater(counting);
  return {
    async write(chunk) {
      const damage = await first.write(chunk);
      if (damage === undefined) given += chunk.length;
      else await readAgain(path, given, chunk, taken, take);
      return damage;
    },
    end: first.end,
  };
}

/**
 * What zlib had decompressed of the chunk with the damage is lost with it: the file once more, that chunk in parts.
 * @param before where the chunk begins
 * @param taken decompressed bytes that `take` has had
 */
async function readAgain(
  path: string,
  before: number,
  chunk: Uint8Array,
  taken: number,
  take: Take,
  steps = STEPS,
): Promise<void> {
  const [step, ...closer] = steps;
  if (step === undefined) return;
  let passed = 0;
  const again = zlibInflater((out) => {
    const known = Math.min(out.length, Math.max(0, taken - passed));
    passed += out.length;
    if (known < out.length) take(out.subarray(known));
  });
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1 << 18);
    for (let at = 0; at < before; ) {
      const got = readSync(fd, buffer, 0, Math.min(buffer.length, before - at), at);
      if (got === 0 || (await again.write(buffer.subarray(0, got))) !== undefined) return;
      at += got;
    }
  } finally {
    closeSync(fd);
  }
  for (let at = 0; at < chunk.length; at += step) {
    const part = Buffer.from(chunk.subarray(at, at + step));
    if ((await again.write(part)) === undefined) continue;
    await readAgain(path, before + at, part, Math.max(taken, passed), take, closer);
    return;
  }
}

function zlibInflater(take: Take): Inflater {
  const gunzip = createGunzip({ chunkSize: 1024 * 1024 });
  let damage: string | undefined;
  gunzip.on('data', take);
  gunzip.on('error', (error) => {
    damage = `gzip stream damaged: ${error.message}`;
  });
  const settled = (act: (done: () => void) => void): Promise<string | undefined> =>
    new Promise((resolve) => {
      if (damage !== undefined) return resolve(damage);
      const finish = (): void => resolve(damage);
      gunzip.once('error', finish);
      act(() => {
        gunzip.off('error', finish);
        finish();
      });
    });
  return {
    // The buffer is reused by the caller, so the write is awaited.
    write: (chunk) => settled((done) => gunzip.write(chunk, () => done())),
    end: () => settled((done) => gunzip.end().once('end', done)),
  };
}

/** Gives the decompressed bytes of zstd data to `take`, up to a damaged block. */
export function zstdInflater(take: Take): Inflater {
  const stream = new Decompress((chunk) => take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  const guarded = (act: () => void): Promise<string | undefined> => {
    try {
      act();
      return Promise.resolve(undefined);
    } catch (error) {
      return Promise.resolve(`zstd stream damaged: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    write: (chunk) => guarded(() => stream.push(Uint8Array.from(chunk), false)),
    end: () => guarded(() => stream.push(new Uint8Array(0), true)),
  };
}
