import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readHead } from './file-head.js';
import { scanFile } from './scan-file.js';

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Digits that do not compress well, so that the compressed file has several chunks. */
const plain = Buffer.alloc(3_000_000);
for (let k = 0, x = 1; k < plain.length; k++) {
  x = (Math.imul(x, 1103515245) + 12345) >>> 0;
  plain[k] = 48 + ((x >>> 16) % 40);
}

async function unpacked(name: string, bytes: Uint8Array): Promise<{ out: Buffer; damage: string | undefined }> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const { plainPath, damage } = await scanFile(readHead(path), { text: false, tempDir: folder });
  return { out: readFileSync(plainPath), damage };
}

describe('gzip', () => {
  it('with something behind its end is read whole', async () => {
    for (const size of [3, 100_000, plain.length]) {
      const whole = plain.subarray(0, size);
      const { out, damage } = await unpacked('tail.gz', Buffer.concat([gzipSync(whole), Buffer.from('not gzip')]));
      expect(out.equals(whole)).toBe(true);
      expect(damage).toMatch(/^gzip stream damaged/);
    }
  });

  it('with a damaged place is read up to it', async () => {
    const packed = gzipSync(plain);
    const at = packed.length >> 1;
    packed.fill(0xff, at, at + 40);
    const before = gunzipSync(packed.subarray(0, at), { finishFlush: constants.Z_SYNC_FLUSH });
    const { out, damage } = await unpacked('damaged.gz', packed);
    expect(damage).toMatch(/^gzip stream damaged/);
    expect(out.length).toBeGreaterThanOrEqual(before.length);
    expect(out.subarray(0, before.length).equals(plain.subarray(0, before.length))).toBe(true);
  });
});

describe('the head of a file', () => {
  const head = (name: string, bytes: Uint8Array): ReturnType<typeof readHead> => {
    writeFileSync(join(folder, name), bytes);
    return readHead(join(folder, name));
  };

  it('is read up to a damaged place', () => {
    const packed = gzipSync(plain.subarray(0, 200_000));
    packed.fill(0xff, 10_000, 10_040);
    const { bytes, damaged } = head('head.gz', packed);
    expect(damaged).toBe(false);
    expect(bytes.length).toBeGreaterThan(5_000);
    expect(plain.subarray(0, 5_000).equals(bytes.subarray(0, 5_000))).toBe(true);
  });

  it('tells damaged data from an empty file', () => {
    expect(head('empty.gz', gzipSync(''))).toMatchObject({ damaged: false, text: '' });
    expect(head('cut.gz', gzipSync(plain).subarray(0, 12))).toMatchObject({ damaged: true });
    // A zstd frame with one block of 40 bytes that are not there.
    const frame = Buffer.from('28b52ffd0458410100', 'hex');
    expect(head('cut.zst', frame)).toMatchObject({ damaged: true });
    expect(head('none', new Uint8Array(0))).toMatchObject({ damaged: false });
  });
});
