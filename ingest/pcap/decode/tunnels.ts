import { ethernet, etherPayload, ppp, rawIp } from './ether.js';
import { ETHER, type Frame } from './frame.js';
import { wifi } from './wifi.js';

/** Kinds of encapsulation, with Zeek's names in `tunnel` rows. */
export type TunnelType = 'IP' | 'GRE' | 'TEREDO' | 'VXLAN' | 'GENEVE' | 'GTPv1' | 'AYIYA';

/** UDP ports whose payload is taken for a tunnel. Teredo is recognised by content on other ports too. */
export const TUNNEL_PORTS = {
  vxlan: 4789,
  geneve: 6081,
  teredo: 3544,
  ayiya: 5072,
  gtp: 2152,
  greInUdp: 4754,
} as const;

/** Point the frame at the inner network layer of GRE at `pos`; false when there is none. */
export function gre(f: Frame, pos: number, end: number): boolean {
  const buf = f.buf;
  if (pos + 4 > end) return false;
  const flags = u16(buf, pos);
  const version = flags & 7;
  const protocol = u16(buf, pos + 2);
  let at = pos + 4;
  if (version === 0) {
    if ((flags & 0xc000) !== 0) at += 4;
    if ((flags & 0x2000) !== 0) at += 4;
    if ((flags & 0x1000) !== 0) at += 4;
    if ((flags & 0x4000) !== 0) return false;
  } else if (version === 1) {
    at += 4;
    if ((flags & 0x1000) !== 0) at += 4;
    if ((flags & 0x0080) !== 0) at += 4;
  } else return false;
  if (at >= end) return false;
  if (protocol === ETHER.IPV4 || protocol === ETHER.IPV6) return ipAt(f, at);
  if (protocol === ETHER.TRANSPARENT) return ethernet(f, at);
  if (protocol === ETHER.PPP) return version === 1 && pppInGre(f, at);
  // ERSPAN type I has no header of its own, which only the missing sequence number tells.
  if (protocol === 0x88be) return ethernet(f, at + ((flags & 0x1000) !== 0 ? 8 : 0));
  if (protocol === 0x22eb) {
    const optional = at + 12 <= end && (buf[at + 11]! & 1) !== 0;
    return ethernet(f, at + (optional ? 20 : 12));
  }
  // Aruba's access points send 802.11 frames under a range of private numbers.
  if (protocol === 0x8370 || protocol === 0x9000) return ethernet(f, at);
  if (protocol >= 0x8200 && protocol <= 0x83ff) return wifi(f, at);
  return false;
}

/** Point the frame at the inner network layer of a tunnel in UDP payload `[pos, end)`; undefined when it is none. */
export function udpTunnel(
  f: Frame,
  sourcePort: number,
  port: number,
  pos: number,
  end: number,
  gtp: boolean,
): TunnelType | undefined {
  switch (port) {
    case TUNNEL_PORTS.vxlan:
      if (pos + 8 + 14 <= end && (f.buf[pos]! & 8) !== 0) return ethernet(f, pos + 8) ? 'VXLAN' : undefined;
      return undefined;
    case TUNNEL_PORTS.geneve:
      return geneve(f, pos, end) ? 'GENEVE' : undefined;
    case TUNNEL_PORTS.ayiya:
      return ayiya(f, pos, end) ? 'AYIYA' : undefined;
    case TUNNEL_PORTS.greInUdp:
      return gre(f, pos, end) ? 'GRE' : undefined;
    case TUNNEL_PORTS.gtp:
      return gtp && gtpv1(f, pos, end) ? 'GTPv1' : undefined;
    default:
      if (sourcePort === TUNNEL_PORTS.gtp && gtp) return gtpv1(f, pos, end) ? 'GTPv1' : undefined;
      return teredo(f, port, pos, end) ? 'TEREDO' : undefined;
  }
}

/** An IP packet at `pos`: the version nibble must agree with a plausible header. */
export function ipAt(f: Frame, pos: number): boolean {
  return rawIp(f, pos);
}

function pppInGre(f: Frame, pos: number): boolean {
  const buf = f.buf;
  if (buf[pos] === 0xff && buf[pos + 1] === 3) return ppp(f, pos + 2);
  return ppp(f, pos);
}

function geneve(f: Frame, pos: number, end: number): boolean {
  const buf = f.buf;
  if (pos + 8 > end || buf[pos]! >> 6 !== 0) return false;
  const options = (buf[pos]! & 0x3f) << 2;
  const at = pos + 8 + options;
  if (at >= end) return false;
  const protocol = u16(buf, pos + 2);
  if (protocol === ETHER.TRANSPARENT) return ethernet(f, at);
  return etherPayload(f, protocol, at);
}

function ayiya(f: Frame, pos: number, end: number): boolean {
  const buf = f.buf;
  if (pos + 8 > end) return false;
  const identity = 1 << (buf[pos]! >> 4);
  const signature = (buf[pos + 1]! >> 4) << 2;
  const op = buf[pos + 2]! & 15;
  const next = buf[pos + 3]!;
  const at = pos + 8 + identity + signature;
  if (op !== 1 || at >= end || (next !== 41 && next !== 4)) return false;
  return ipAt(f, at);
}

function gtpv1(f: Frame, pos: number, end: number): boolean {
  const buf = f.buf;
  if (pos + 8 > end) return false;
  const flags = buf[pos]!;
  if (flags >> 5 !== 1 || (flags & 0x10) === 0 || buf[pos + 1] !== 0xff) return false;
  let at = pos + 8;
  if ((flags & 7) !== 0) {
    if (at + 4 > end) return false;
    let next = (flags & 4) !== 0 ? buf[at + 3]! : 0;
    at += 4;
    while (next !== 0) {
      if (at >= end) return false;
      const size = buf[at]! << 2;
      if (size === 0 || at + size > end) return false;
      next = buf[at + size - 1]!;
      at += size;
    }
  }
  return at + 20 <= end && ipAt(f, at);
}

function teredo(f: Frame, port: number, start: number, end: number): boolean {
  const buf = f.buf;
  let pos = start;
  if (pos + 40 > end) return false;
  if (buf[pos] === 0 && buf[pos + 1] === 1) {
    pos += 4 + buf[pos + 2]! + buf[pos + 3]! + 9;
    if (pos + 40 > end) return false;
  }
  if (buf[pos] === 0 && buf[pos + 1] === 0) pos += 8;
  if (pos + 40 > end || buf[pos]! >> 4 !== 6) return false;
  if (u16(buf, pos + 4) + 40 !== end - pos) return false;
  const known = port === TUNNEL_PORTS.teredo;
  if (!known && !teredoAddress(buf, pos + 8) && !teredoAddress(buf, pos + 24)) return false;
  return ipAt(f, pos);
}

/** Teredo clients have addresses in 2001::/32. */
function teredoAddress(buf: Uint8Array, at: number): boolean {
  return buf[at] === 0x20 && buf[at + 1] === 1 && buf[at + 2] === 0 && buf[at + 3] === 0;
}

function u16(buf: Uint8Array, at: number): number {
  return (buf[at]! << 8) | buf[at + 1]!;
}
