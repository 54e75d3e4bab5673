import { ETHER, type Frame } from './frame.js';

/** Decode an Ethernet frame at `pos`; false when nothing of the network layer can be found. */
export function ethernet(f: Frame, pos: number): boolean {
  if (pos + 14 > f.end) return false;
  f.macAt = pos;
  f.macBuf = f.buf;
  return etherPayload(f, u16(f.buf, pos + 12), pos + 14);
}

/** Follow VLAN, provider bridge, MPLS, PPPoE and similar headers from an ether type to the network layer. */
export function etherPayload(f: Frame, firstType: number, firstPos: number): boolean {
  const buf = f.buf;
  const end = f.end;
  let type = firstType;
  let pos = firstPos;
  for (let guard = 0; guard < 16; guard++) {
    switch (type) {
      case ETHER.IPV4:
      case ETHER.IPV6:
      case ETHER.ARP:
        f.l3Type = type;
        f.l3At = pos;
        return true;
      case 0x8100:
      case 0x88a8:
      case 0x9100:
      case 0x9200: {
        if (pos + 4 > end) return false;
        const id = u16(buf, pos) & 0xfff;
        if (f.vlan === 0) f.vlan = id;
        else if (f.innerVlan === 0) f.innerVlan = id;
        type = u16(buf, pos + 2);
        pos += 4;
        break;
      }
      case 0x88e7:
        // Provider backbone: service tag, then a whole Ethernet frame.
        return ethernet(f, pos + 4);
      case 0x8926:
        if (pos + 6 > end) return false;
        type = u16(buf, pos + 4);
        pos += 6;
        break;
      case 0x8847:
      case 0x8848:
        return mpls(f, pos);
      case 0x8864:
        return pos + 8 <= end && ppp(f, pos + 6);
      case 0x8911:
        return false;
      default:
        if (type <= 1500) return llc(f, pos);
        return false;
    }
  }
  return false;
}

/** A PPP protocol field (one or two bytes) at `pos`. */
export function ppp(f: Frame, pos: number): boolean {
  if (pos + 2 > f.end) return false;
  const first = f.buf[pos]!;
  const short = (first & 1) === 1;
  const protocol = short ? first : u16(f.buf, pos);
  const next = pos + (short ? 1 : 2);
  if (protocol === 0x21) return etherPayload(f, ETHER.IPV4, next);
  if (protocol === 0x57) return etherPayload(f, ETHER.IPV6, next);
  if (protocol === 0x281 || protocol === 0x283) return mpls(f, next);
  return false;
}

/** An IEEE 802.2 header: only SNAP leads to a network layer that is understood. */
export function llc(f: Frame, pos: number): boolean {
  if (pos + 8 > f.end) return false;
  const buf = f.buf;
  if (buf[pos] !== 0xaa || buf[pos + 1] !== 0xaa || buf[pos + 2] !== 3) return false;
  const type = u16(buf, pos + 6);
  return type > 1500 && etherPayload(f, type, pos + 8);
}

/** Raw IP: the version is in the first nibble. */
export function rawIp(f: Frame, pos: number): boolean {
  if (pos >= f.end) return false;
  const version = f.buf[pos]! >> 4;
  if (version !== 4 && version !== 6) return false;
  f.l3Type = version === 4 ? ETHER.IPV4 : ETHER.IPV6;
  f.l3At = pos;
  return true;
}

function mpls(f: Frame, start: number): boolean {
  let pos = start;
  for (;;) {
    if (pos + 4 > f.end) return false;
    const bottom = f.buf[pos + 2]! & 1;
    pos += 4;
    if (bottom) break;
  }
  if (rawIp(f, pos)) return true;
  // A pseudowire control word starts with a zero nibble, Ethernet follows.
  return pos + 4 < f.end && f.buf[pos]! >> 4 === 0 && ethernet(f, pos + 4);
}

function u16(buf: Uint8Array, at: number): number {
  return (buf[at]! << 8) | buf[at + 1]!;
}
