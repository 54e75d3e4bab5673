import { fold16, pseudoSum, sum16 } from '../decode/checksum.js';

/** Builders of small packets and capture files for tests. */

export type Bytes = Uint8Array;

export function bytes(...parts: (number | Bytes | string)[]): Bytes {
  const chunks = parts.map((part) => {
    if (typeof part === 'number') return Uint8Array.of(part);
    return typeof part === 'string' ? new TextEncoder().encode(part) : part;
  });
  const out = new Uint8Array(chunks.reduce((n, chunk) => n + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

export function u16(value: number): Bytes {
  return Uint8Array.of((value >> 8) & 255, value & 255);
}

export function u32(value: number): Bytes {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** Four address words of dotted IPv4 or of full IPv6 (eight groups, or `::` once). */
export function addressWords(text: string): number[] {
  if (!text.includes(':')) return [0, 0, 0xffff, text.split('.').reduce((n, part) => (n << 8) | Number(part), 0)];
  const [left = '', right] = text.split('::');
  const a = left === '' ? [] : left.split(':');
  const b = right === undefined || right === '' ? [] : right.split(':');
  const zeros = text.includes('::') ? 8 - a.length - b.length : 0;
  const groups = [...a, ...Array.from({ length: zeros }, () => '0'), ...b].map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((k) => (groups[k]! << 16) | groups[k + 1]!);
}

function addressBytes(text: string): Bytes {
  const words = addressWords(text);
  return text.includes(':') ? bytes(...words.map(u32)) : u32(words[3]!);
}

const MACS: [Bytes, Bytes] = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)];

/** Ethernet frame from 02:…:01 to 02:…:02. */
export function ethernet(type: number, payload: Bytes): Bytes {
  return bytes(MACS[1], MACS[0], u16(type), payload);
}

export interface IpOptions {
  id?: number;
  /** Fragment offset in bytes. */
  offset?: number;
  more?: boolean;
  options?: Bytes;
}

export function ipv4(source: string, target: string, proto: number, payload: Bytes, o: IpOptions = {}): Bytes {
  const options = o.options ?? new Uint8Array(0);
  const header = bytes(
    0x40 | (5 + options.length / 4),
    0,
    u16(20 + options.length + payload.length),
    u16(o.id ?? 1),
    u16((o.more ? 0x2000 : 0) | ((o.offset ?? 0) >> 3)),
    64,
    proto,
    u16(0),
    addressBytes(source),
    addressBytes(target),
    options,
  );
  header.set(u16(~fold16(sum16(header, 0, header.length, 0)) & 0xffff), 10);
  return bytes(header, payload);
}

export function ipv6(source: string, target: string, next: number, payload: Bytes): Bytes {
  return bytes(0x60, 0, 0, 0, u16(payload.length), next, 64, addressBytes(source), addressBytes(target), payload);
}

function checksummed(source: string, target: string, proto: number, segment: Bytes, at: number): Bytes {
  const addr = Int32Array.from([...addressWords(source), ...addressWords(target)]);
  const sum = fold16(sum16(segment, 0, segment.length, pseudoSum(addr, proto, segment.length)));
  segment.set(u16(~sum & 0xffff), at);
  return segment;
}

function ip(source: string, target: string, proto: number, payload: Bytes): Bytes {
  return source.includes(':') ? ipv6(source, target, proto, payload) : ipv4(source, target, proto, payload);
}

/** TCP segment in IP; flags as letters S A F R P. */
export function tcp(
  from: [string, number],
  to: [string, number],
  flags: string,
  seq: number,
  ack: number,
  payload: Bytes | string = '',
  window = 65535,
): Bytes {
  const letters: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 };
  const bits = [...flags].reduce((sum, letter) => sum | (letters[letter] ?? 0), 0);
  const segment = bytes(u16(from[1]), u16(to[1]), u32(seq), u32(ack), 0x50, bits, u16(window), u16(0), u16(0), payload);
  return ip(from[0], to[0], 6, checksummed(from[0], to[0], 6, segment, 16));
}

/** UDP datagram in IP. */
export function udp(from: [string, number], to: [string, number], payload: Bytes | string = ''): Bytes {
  const data = bytes(payload);
  const datagram = bytes(u16(from[1]), u16(to[1]), u16(8 + data.length), u16(0), data);
  return ip(from[0], to[0], 17, checksummed(from[0], to[0], 17, datagram, 6));
}

/** ICMP message in IP. */
export function icmp(source: string, target: string, type: number, code: number, payload: Bytes | string = ''): Bytes {
  const message = bytes(type, code, u16(0), u32(0), payload);
  if (source.includes(':')) return ip(source, target, 58, checksummed(source, target, 58, message, 2));
  message.set(u16(~fold16(sum16(message, 0, message.length, 0)) & 0xffff), 2);
  return ip(source, target, 1, message);
}

/** Ethernet frame around an IP packet. */
export function frame(packet: Bytes): Bytes {
  return ethernet(packet[0]! >> 4 === 6 ? 0x86dd : 0x0800, packet);
}

export interface TimedFrame {
  /** Microseconds since the epoch. */
  ts: number;
  data: Bytes;
}

/** A classic pcap file; `extra` zero bytes behind the four words of each record header. */
export function pcap(
  frames: readonly TimedFrame[],
  o: { linkType?: number; big?: boolean; nanos?: boolean; extra?: number } = {},
): Bytes {
  const little = !o.big;
  const n32 = (value: number): Bytes => {
    const out = new Uint8Array(4);
    new DataView(out.buffer).setUint32(0, value, little);
    return out;
  };
  const n16 = (value: number): Bytes => {
    const out = new Uint8Array(2);
    new DataView(out.buffer).setUint16(0, value, little);
    return out;
  };
  const parts: Bytes[] = [
    bytes(n32(o.nanos ? 0xa1b23c4d : 0xa1b2c3d4), n16(2), n16(4), n32(0), n32(0), n32(65535), n32(o.linkType ?? 1)),
  ];
  for (const { ts, data } of frames) {
    const fraction = (ts % 1e6) * (o.nanos ? 1000 : 1);
    parts.push(
      bytes(
        n32(Math.floor(ts / 1e6)),
        n32(fraction),
        n32(data.length),
        n32(data.length),
        new Uint8Array(o.extra ?? 0),
        data,
      ),
    );
  }
  return bytes(...parts);
}

/** One pcapng block in little-endian order. */
export function block(type: number, body: Bytes): Bytes {
  const padded = bytes(body, new Uint8Array((4 - (body.length % 4)) % 4));
  const length = le32(12 + padded.length);
  return bytes(le32(type), length, padded, length);
}

export function le32(value: number): Bytes {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255);
}

export function le16(value: number): Bytes {
  return Uint8Array.of(value & 255, (value >> 8) & 255);
}
