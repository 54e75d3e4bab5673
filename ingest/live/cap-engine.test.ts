import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { CapCapture } from './cap-engine.js';

/** Stands in for the package: packets come when the test says so. */
class Device extends EventEmitter {
  static last: Device;
  packet: Buffer = Buffer.alloc(0);
  closed = false;

  constructor() {
    super();
    Device.last = this;
  }

  open(device: string, _filter: string, _bytes: number, packet: Buffer): string {
    if (device === 'nope0') throw new Error("nope0: No such device exists (SIOCGIFHWADDR: doesn't exist)");
    this.packet = packet;
    return 'ETHERNET';
  }

  give(size: number, fill: number): void {
    this.packet.fill(fill, 0, size);
    this.emit('packet', size, false);
  }

  close(): void {
    this.closed = true;
  }
}

const begin = (iface: string, snaplen = 100): CapCapture =>
  new CapCapture({ Cap: Device }, { iface, snaplen, bufferMb: 1 });

/** All that comes out, until the end. */
async function output(capture: CapCapture): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of capture.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

it('packets come out as a pcap stream, many of them at once, cut to the snaplen', async () => {
  const capture = begin('eth0');
  await capture.opened;
  const out = output(capture);
  const sizes = Array.from({ length: 5000 }, (_, i) => 60 + (i % 90));
  const before = Date.now();
  for (const [i, size] of sizes.entries()) {
    Device.last.give(size, i % 251);
    if (i % 700 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  capture.stop();
  expect(await capture.ended).toBeUndefined();
  expect(Device.last.closed).toBe(true);
  const bytes = await out;
  expect(bytes.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(bytes.readUInt32LE(20)).toBe(1);
  let at = 24;
  for (const [i, size] of sizes.entries()) {
    const kept = Math.min(size, 100);
    const ms = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000;
    expect(ms).toBeGreaterThan(before - 50);
    expect(ms).toBeLessThan(Date.now() + 50);
    expect([bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]).toEqual([kept, size]);
    expect(bytes.subarray(at + 16, at + 16 + kept).equals(Buffer.alloc(kept, i % 251))).toBe(true);
    at += 16 + kept;
  }
  expect(at).toBe(bytes.length);
  expect(capture.counts).toBeUndefined();
});

it('what nobody reads is dropped and counted before it fills the memory', async () => {
  const capture = begin('eth0', 65_535);
  const packets = 3000;
  for (let i = 0; i < packets; i++) {
    Device.last.give(60_000, i % 251);
    if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const { received, dropped } = capture.counts!;
  expect(received).toBe(packets);
  expect(dropped).toBeGreaterThan(500);
  const out = output(capture);
  capture.stop();
  expect((await out).length).toBe(24 + (packets - dropped) * 60_016);
});

it('an interface that cannot be opened is said', async () => {
  expect(await begin('nope0').ended).toContain('no such interface');
});
