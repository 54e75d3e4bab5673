import { ipv4, ipv6 } from '../../../ingest/pcap/dissect/bytes.js';
import type { IpPacket } from './packets.js';

interface Fragments {
  readonly parts: { at: number; bytes: Uint8Array }[];
  total: number;
  proto: number;
}

/** Joins IP fragments; for tests only. */
export class Defragmenter {
  private readonly waiting = new Map<string, Fragments>();

  packet(b: Uint8Array, at: number): IpPacket | undefined {
    return b[at]! >> 4 === 6 ? this.v6(b, at) : this.v4(b, at);
  }

  private v4(b: Uint8Array, at: number): IpPacket | undefined {
    const header = (b[at]! & 15) * 4;
    const length = (b[at + 2]! << 8) | b[at + 3]!;
    const end = length === 0 ? b.length : Math.min(b.length, at + length);
    if (header < 20 || at + header > end) return undefined;
    const src = ipv4(b, at + 12);
    const dst = ipv4(b, at + 16);
    const proto = b[at + 9]!;
    const fragment = (b[at + 6]! << 8) | b[at + 7]!;
    const bytes = b.subarray(at + header, end);
    if ((fragment & 0x3fff) === 0) return { src, dst, proto, bytes };
    const key = `${src} ${dst} ${proto} ${(b[at + 4]! << 8) | b[at + 5]!}`;
    const whole = this.join(key, (fragment & 0x1fff) * 8, (fragment & 0x2000) !== 0, bytes, proto);
    return whole && { src, dst, proto, bytes: whole.bytes };
  }

  private v6(b: Uint8Array, at: number): IpPacket | undefined {
    const length = (b[at + 4]! << 8) | b[at + 5]!;
    const end = Math.min(b.length, at + 40 + length);
    const src = ipv6(b, at + 8);
    const dst = ipv6(b, at + 24);
    let proto = b[at + 6]!;
    let i = at + 40;
    while (proto === 0 || proto === 43 || proto === 60 || proto === 51 || proto === 135) {
      if (i + 8 > end) return undefined;
      const size = proto === 51 ? (b[i + 1]! + 2) * 4 : (b[i + 1]! + 1) * 8;
      proto = b[i]!;
      i += size;
    }
    if (proto !== 44) return { src, dst, proto, bytes: b.subarray(i, end) };
    const fragment = (b[i + 2]! << 8) | b[i + 3]!;
    const key = `${src} ${dst} ${(b[i + 4]! << 24) | (b[i + 5]! << 16) | (b[i + 6]! << 8) | b[i + 7]!}`;
    const whole = this.join(key, fragment & 0xfff8, (fragment & 1) !== 0, b.subarray(i + 8, end), b[i]!);
    return whole && { src, dst, proto: whole.proto, bytes: whole.bytes };
  }

  private join(key: string, at: number, more: boolean, bytes: Uint8Array, proto: number) {
    const entry = this.waiting.get(key) ?? { parts: [], total: -1, proto };
    this.waiting.set(key, entry);
    entry.parts.push({ at, bytes });
    if (at === 0) entry.proto = proto;
    if (!more) entry.total = at + bytes.length;
    if (entry.total < 0) return undefined;
    const whole = new Uint8Array(entry.total);
    let covered = 0;
    for (const part of entry.parts.sort((a, c) => a.at - c.at)) {
      if (part.at > covered) return undefined;
      whole.set(part.bytes.subarray(0, Math.max(0, entry.total - part.at)), part.at);
      covered = Math.max(covered, part.at + part.bytes.length);
    }
    if (covered < entry.total) return undefined;
    this.waiting.delete(key);
    return { bytes: whole, proto: entry.proto };
  }
}
