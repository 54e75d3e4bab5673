import { icmpCounterpart } from './icmp.js';
import { Sha1Block } from './sha1.js';

const BASE64 = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (c) =>
  c.charCodeAt(0),
);
/** Length of a Community ID in bytes. */
export const COMMUNITY_ID_BYTES = 30;
const ICMP = 1;
const ICMPV6 = 58;
/** Community ID knows fewer ICMPv6 pairs than the flow table. */
const V4_TYPES = new Set([0, 8, 9, 10, 13, 14, 15, 16, 17, 18]);
const V6_TYPES = new Set([128, 129, 130, 131, 133, 134, 135, 136, 139, 140, 144, 145]);
const WITH_PORTS = new Set([ICMP, 6, 17, ICMPV6, 132]);

/** Community ID, version 1. */
export class CommunityId {
  private readonly sha1 = new Sha1Block();

  private readonly out = new Uint8Array(COMMUNITY_ID_BYTES);

  /** @param seed 16-bit seed of the specification */
  constructor(private readonly seed = 0) {}

  /** Text of a Community ID; parameters as for {@link write}. */
  of(addr: Int32Array, at: number, proto: number, sourcePort: number, targetPort: number): string {
    this.write(addr, at, proto, sourcePort, targetPort, this.out, 0);
    return String.fromCharCode(...this.out);
  }

  /**
   * Write a Community ID at `bytes[pos]`; the result is the position behind it.
   * @param addr array with source and destination address at `at`, 4 words each (IPv4 as ::ffff:a.b.c.d)
   * @param sourcePort port, or ICMP type
   * @param targetPort port, or ICMP code or counterpart type
   */
  write(
    addr: Int32Array,
    at: number,
    proto: number,
    sourcePort: number,
    targetPort: number,
    bytes: Uint8Array,
    pos: number,
  ): number {
    const v4 = addr[at] === 0 && addr[at + 1] === 0 && addr[at + 2] === 0xffff;
    let port1 = sourcePort;
    let port2 = targetPort;
    let oneWay = false;
    if (proto === ICMP || proto === ICMPV6) {
      const v6 = proto === ICMPV6;
      if ((v6 ? V6_TYPES : V4_TYPES).has(sourcePort)) port2 = icmpCounterpart(v6, sourcePort);
      else oneWay = true;
    }
    let first = at;
    let second = at + 4;
    if (!oneWay && !ordered(addr, first, second, port1, port2)) {
      first = at + 4;
      second = at;
      const port = port1;
      port1 = port2;
      port2 = port;
    }
    const block = this.sha1;
    block.reset();
    block.byte(this.seed >> 8);
    block.byte(this.seed & 0xff);
    for (let k = v4 ? 3 : 0; k < 4; k++) block.word(addr[first + k]!);
    for (let k = v4 ? 3 : 0; k < 4; k++) block.word(addr[second + k]!);
    block.byte(proto);
    block.byte(0);
    if (WITH_PORTS.has(proto)) {
      block.byte(port1 >> 8);
      block.byte(port1 & 0xff);
      block.byte(port2 >> 8);
      block.byte(port2 & 0xff);
    }
    return base64(block.digest(), bytes, pos);
  }
}

function ordered(addr: Int32Array, a: number, b: number, port1: number, port2: number): boolean {
  for (let k = 0; k < 4; k++) {
    const x = addr[a + k]! >>> 0;
    const y = addr[b + k]! >>> 0;
    if (x !== y) return x < y;
  }
  return port1 < port2;
}

function base64(digest: Int32Array, bytes: Uint8Array, pos: number): number {
  let p = pos;
  bytes[p++] = 49;
  bytes[p++] = 58;
  let bits = 0;
  let count = 0;
  for (let k = 0; k < 20; k++) {
    bits = ((bits << 8) | ((digest[k >> 2]! >>> (24 - ((k & 3) << 3))) & 0xff)) & 0xfffff;
    count += 8;
    while (count >= 6) {
      count -= 6;
      bytes[p++] = BASE64[(bits >> count) & 63]!;
    }
  }
  bytes[p++] = BASE64[(bits << (6 - count)) & 63]!;
  bytes[p++] = 61;
  return p;
}
