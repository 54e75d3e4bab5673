import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A captured frame with its link type. */
export interface Frame {
  readonly ts: number;
  readonly link: number;
  readonly bytes: Uint8Array;
}

/** An IP packet's parts after fragments were joined. */
export interface IpPacket {
  readonly src: string;
  readonly dst: string;
  readonly proto: number;
  readonly bytes: Uint8Array;
}

/** Reads pcap and pcapng (also gzipped) as simply as possible; for tests only. */
export function readFrames(path: string): Frame[] {
  let data: Buffer = readFileSync(path);
  if (data[0] === 0x1f && data[1] === 0x8b) data = gunzipSync(data);
  return data.readUInt32BE(0) === 0x0a0d0d0a ? pcapng(data) : pcap(data);
}

function pcap(data: Buffer): Frame[] {
  const magic = data.readUInt32LE(0);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const u32 = (i: number) => (little ? data.readUInt32LE(i) : data.readUInt32BE(i));
  const nano = u32(0) === 0xa1b23c4d;
  const link = u32(20) & 0xffff;
  const frames: Frame[] = [];
  for (let i = 24; i + 16 <= data.length; ) {
    const size = u32(i + 8);
    const ts = u32(i) * 1e6 + (nano ? Math.floor(u32(i + 4) / 1000) : u32(i + 4));
    frames.push({ ts, link, bytes: data.subarray(i + 16, i + 16 + size) });
    i += 16 + size;
  }
  return frames;
}

function pcapng(data: Buffer): Frame[] {
  const frames: Frame[] = [];
  let little = true;
  let interfaces: { link: number; perSecond: number }[] = [];
  const u32 = (i: number) => (little ? data.readUInt32LE(i) : data.readUInt32BE(i));
  const u16 = (i: number) => (little ? data.readUInt16LE(i) : data.readUInt16BE(i));
  for (let i = 0; i + 12 <= data.length; ) {
    const type = u32(i);
    if (type === 0x0a0d0d0a) {
      little = data.readUInt32LE(i + 8) === 0x1a2b3c4d;
      interfaces = [];
    }
    const size = u32(i + 4);
    if (size < 12 || i + size > data.length) break;
    if (type === 1) {
      let perSecond = 1e6;
      for (let o = i + 16; o + 4 <= i + size - 4; ) {
        const code = u16(o);
        const length = u16(o + 2);
        if (code === 0) break;
        if (code === 9) perSecond = data[o + 4]! & 0x80 ? 2 ** (data[o + 4]! & 0x7f) : 10 ** data[o + 4]!;
        o += 4 + ((length + 3) & ~3);
      }
      interfaces.push({ link: u16(i + 8), perSecond });
    } else if (type === 6) {
      const { link, perSecond } = interfaces[u32(i + 8)] ?? { link: 1, perSecond: 1e6 };
      const ticks = BigInt(u32(i + 12)) * 0x100000000n + BigInt(u32(i + 16));
      const ts = Number((ticks * 1000000n) / BigInt(perSecond));
      frames.push({ ts, link, bytes: data.subarray(i + 28, i + 28 + u32(i + 20)) });
    } else if (type === 3) {
      frames.push({ ts: 0, link: interfaces[0]?.link ?? 1, bytes: data.subarray(i + 12, i + size - 4) });
    }
    i += size;
  }
  return frames;
}

/** Position and ethertype of the network layer. */
export function network(frame: Frame): { at: number; type: number } | undefined {
  const { bytes: b, link } = frame;
  const view = (i: number) => ((b[i] ?? 0) << 8) | (b[i + 1] ?? 0);
  const ip = (i: number) => ({ at: i, type: (b[i] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800 });
  if (link === 101 || link === 12 || link === 14 || link === 228 || link === 229) return ip(0);
  if (link === 9) return b[0] === 0xff ? ip(4) : ip(2);
  if (link === 0 || link === 108) return ip(4);
  if (link === 113) return { at: 16, type: view(14) };
  if (link === 276) return { at: 20, type: view(0) };
  if (link === 239) return nflog(b);
  if (link !== 1) return undefined;
  let at = 12;
  let type = view(at);
  while (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
    at += 4;
    type = view(at);
  }
  at += 2;
  if (type === 0x8864) return ip(at + 8);
  if (type === 0x8847) {
    while (at + 4 < b.length && (b[at + 2]! & 1) === 0) at += 4;
    return ip(at + 4);
  }
  return { at, type };
}

function nflog(b: Uint8Array): { at: number; type: number } | undefined {
  for (let i = 4; i + 4 <= b.length; ) {
    const size = b[i]! | (b[i + 1]! << 8);
    const type = b[i + 2]! | (b[i + 3]! << 8);
    if (size < 4) return undefined;
    if (type === 9) return { at: i + 4, type: b[i + 4]! >> 4 === 6 ? 0x86dd : 0x0800 };
    i += (size + 3) & ~3;
  }
  return undefined;
}
