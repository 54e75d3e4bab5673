import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { firstPacket, orderSeries } from '../read/series.js';
import { bytes, frame, pcap, udp } from '../testing/packets.js';
import { runFiles } from '../testing/run.js';
import { cutPackets } from './cut.js';

const folder = mkdtempSync(join(tmpdir(), 'cut-'));
afterAll(() => rmSync(folder, { recursive: true }));

const frames = Array.from({ length: 10 }, (_, k) => ({
  ts: 5_000_000 + k * 1000,
  data: frame(udp([`10.0.0.${(k % 3) + 1}`, 1000], ['10.0.0.9', 2000], `packet ${k}`)),
}));

it('the packets of one flow are cut out of plain and compressed captures', async () => {
  const file = pcap(frames);
  const { index } = await runFiles([file]);
  const expected = pcap(frames.filter((_, k) => k % 3 === 1));
  expected.set([0, 0, 4, 0], 16);
  for (const [name, data] of [
    ['a.pcap', file],
    ['a.pcap.gz', gzipSync(file)],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, data);
    const out: Uint8Array[] = [];
    expect(await cutPackets(path, index[1]!.offsets, (chunk) => out.push(chunk))).toBe(3);
    expect(Buffer.from(bytes(...out)).equals(Buffer.from(expected))).toBe(true);
  }
});

it('the only packet of a capture is cut out', async () => {
  const path = join(folder, 'one.pcap');
  writeFileSync(path, pcap(frames.slice(0, 1)));
  const out: Uint8Array[] = [];
  expect(await cutPackets(path, [24], (chunk) => out.push(chunk))).toBe(1);
  expect(bytes(...out).length).toBe(40 + frames[0]!.data.length);
});

it('a series is ordered by first packets', async () => {
  const paths = [300, 100, 200].map((ts, k) => {
    const path = join(folder, `${k}.pcap`);
    writeFileSync(path, pcap([{ ts, data: frames[0]!.data }]));
    return path;
  });
  const text = join(folder, 'text');
  writeFileSync(text, 'this is no capture file at all');
  expect(await firstPacket(paths[1]!)).toEqual({ ts: 100, linkType: 1 });
  const order = await orderSeries([text, ...paths], (path) => path);
  expect(order.map(({ file }) => file)).toEqual([paths[1], paths[2], paths[0]]);
});
