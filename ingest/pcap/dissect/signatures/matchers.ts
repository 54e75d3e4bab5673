import { le32, u16, u24, u32 } from '../bytes.js';
import type { FlowContext } from '../dissector.js';

/** First bytes of one direction. */
export interface Head {
  readonly buf: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly size: number;
  /** The same, one character per byte (at most 256). */
  readonly text: string;
  readonly flow: FlowContext;
}

/** A pattern over the text of a head, or a function. */
export type Test = RegExp | ((head: Head) => boolean);

/** Byte `i` of the head. */
export const byte = (h: Head, i: number) => h.buf[h.start + i] ?? 0;
/** Big-endian 16-bit number at `i`. */
export const word = (h: Head, i: number) => u16(h.buf, h.start + i);
/** Whether one of the ports is used. */
export const port = (h: Head, ...ports: number[]) => ports.includes(h.flow.resp_p) || ports.includes(h.flow.orig_p);

/** Length of a BER element whose length field is at `i`, with the position after it. */
function ber(h: Head, i: number): readonly [number, number] | undefined {
  const first = byte(h, i);
  if (first < 0x80) return [first, i + 1];
  if (first === 0x81) return [byte(h, i + 1), i + 2];
  if (first === 0x82) return [word(h, i + 1), i + 3];
  if (first === 0x83) return [u24(h.buf, h.start + i + 1), i + 4];
  return first === 0x84 ? [u32(h.buf, h.start + i + 1), i + 5] : undefined;
}

/** An LDAP message. */
export function ldap(h: Head): boolean {
  if (byte(h, 0) !== 0x30) return false;
  const outer = ber(h, 1);
  if (outer === undefined || h.size < 7) return false;
  const [length, at] = outer;
  const id = byte(h, at + 1);
  if (byte(h, at) !== 2 || id < 1 || id > 4 || length < 5 || length > 1 << 20) return false;
  const operation = byte(h, at + 2 + id);
  return [
    0x42, 0x50, 0x60, 0x61, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6b, 0x6c, 0x6d, 0x6e, 0x73, 0x77, 0x78, 0x4a,
  ].includes(operation);
}

/** An SNMP message. */
export function snmp(h: Head): boolean {
  if (byte(h, 0) !== 0x30) return false;
  const outer = ber(h, 1);
  if (outer === undefined) return false;
  const at = outer[1];
  if (byte(h, at) !== 2 || byte(h, at + 1) !== 1) return false;
  const version = byte(h, at + 2);
  return version <= 1 ? byte(h, at + 3) === 4 : version === 3 && byte(h, at + 3) === 0x30;
}

/** A Kerberos message at `at`. */
export function kerberos(h: Head, at: number): boolean {
  const tag = byte(h, at);
  if (![0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x74, 0x75, 0x7e].includes(tag)) return false;
  const outer = ber(h, at + 1);
  return outer !== undefined && byte(h, outer[1]) === 0x30 && h.size > 20;
}

/** An NTP packet. */
export function ntp(h: Head): boolean {
  const version = (byte(h, 0) >> 3) & 7;
  const mode = byte(h, 0) & 7;
  if (version < 1 || version > 4 || mode === 0) return false;
  if (port(h, 123)) return h.size >= 8;
  return (h.size === 48 || h.size === 68) && version >= 3 && (mode === 3 || mode === 4) && byte(h, 1) <= 16;
}

/** A STUN message. */
export function stun(h: Head): boolean {
  if (h.size < 20 || byte(h, 0) > 3 || u32(h.buf, h.start + 4) !== 0x2112a442) return false;
  const length = word(h, 2);
  return length % 4 === 0 && (h.flow.proto === 'tcp' || 20 + length === h.size);
}

/** A RADIUS packet whose attributes add up. */
export function radius(h: Head): boolean {
  const code = byte(h, 0);
  if (h.size < 20 || word(h, 2) !== h.size || !((code >= 1 && code <= 5) || code === 11 || (code >= 40 && code <= 45)))
    return false;
  let at = 20;
  while (at + 2 <= h.size && byte(h, at + 1) >= 2) at += byte(h, at + 1);
  return at === h.size;
}

/** A Modbus/TCP frame. */
export function modbus(h: Head): boolean {
  const length = word(h, 4);
  if (h.size < 8 || word(h, 2) !== 0 || length < 2 || length > 254) return false;
  const code = byte(h, 7) & 0x7f;
  const known = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43].includes(code);
  return known && (port(h, 502) || (h.size === 6 + length && byte(h, 0) === 0));
}

/** A call of an ONC RPC program. */
export function rpc(program: number): Test {
  return (h) => {
    const at = h.flow.proto === 'tcp' ? 4 : 0;
    const u = (i: number) => u32(h.buf, h.start + at + i);
    return h.size >= at + 24 && u(4) === 0 && u(8) === 2 && u(12) === program && u(16) < 10;
  };
}

/** A message of MongoDB's wire protocol. */
export function mongodb(h: Head): boolean {
  const code = le32(h.buf, h.start + 12);
  return (
    h.size >= 20 &&
    le32(h.buf, h.start) >= 21 &&
    le32(h.buf, h.start) < 1 << 26 &&
    [1, 2004, 2010, 2011, 2012, 2013].includes(code) &&
    h.buf[h.start + 15] === 0
  );
}

/** A syslog message. */
export function syslog(h: Head): boolean {
  const priority = /^<(\d{1,3})>/.exec(h.text)?.[1];
  if (priority !== undefined) return Number(priority) <= 191;
  return h.flow.proto === 'udp' && port(h, 514) && /^[\x20-\x7e]{4}/.test(h.text);
}

/** Little-endian 24-bit number at the beginning. */
export function u24le(h: Head): number {
  return byte(h, 0) + 256 * byte(h, 1) + 65536 * byte(h, 2);
}
