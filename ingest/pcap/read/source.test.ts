import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Bytes, bytes, frame, le32, pcap, udp } from '../testing/packets.js';
import { runFiles } from '../testing/run.js';

const frames = Array.from({ length: 50 }, (_, k) => ({
  ts: (k + 1) * 1000,
  data: frame(udp(['10.0.0.1', 1000 + k], ['10.0.0.2', 9], 'payload '.repeat(20))),
}));
const plain = pcap(frames);

/** A zstd frame of raw blocks. */
function zstd(data: Bytes): Bytes {
  const blocks: Bytes[] = [];
  for (let at = 0; at < data.length; at += 1000) {
    const part = data.subarray(at, at + 1000);
    const last = at + 1000 >= data.length ? 1 : 0;
    blocks.push(le32(last | (part.length << 3)).slice(0, 3), part);
  }
  return bytes(le32(0xfd2fb528), 0x00, 0x50, ...blocks);
}

describe('compressed captures', () => {
  it('gzip and zstd are read by content', async () => {
    for (const file of [gzipSync(plain), zstd(plain)]) {
      const { result } = await runFiles([file]);
      expect(result.packets).toBe(50);
      expect(result.problems).toEqual([]);
    }
  });

  it('cut data gives what came before and a problem', async () => {
    const noisy = pcap(
      frames.map((f, k) => ({
        ...f,
        data: bytes(
          f.data,
          Uint8Array.from({ length: 300 }, (_, n) => (n * 7919 * (k + 3)) >> 5),
        ),
      })),
    );
    for (const file of [gzipSync(noisy), zstd(noisy)]) {
      const { result } = await runFiles([file.subarray(0, Math.floor(file.length * 0.7))]);
      expect(result.packets).toBeGreaterThan(5);
      expect(result.packets).toBeLessThan(50);
      expect(result.problems.map((p) => p.kind)).toContain('compressed-data-cut');
    }
  });

  it('hands out the bytes of the file as given', async () => {
    const file = gzipSync(plain);
    const raw: Uint8Array[] = [];
    await runFiles([file], { rawBytes: (_n, chunk) => raw.push(chunk.slice()) });
    expect(Buffer.concat(raw).equals(file)).toBe(true);
  });
});
