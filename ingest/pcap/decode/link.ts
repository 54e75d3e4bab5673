import { ethernet, etherPayload, ppp, rawIp } from './ether.js';
import { ETHER, type Frame } from './frame.js';
import { radiotap, wifi } from './wifi.js';

/** Link types that can be decoded, with the names that `tcpdump -y` uses. */
export const LINK_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'EN10MB'],
  [9, 'PPP'],
  [12, 'RAW'],
  [14, 'RAW'],
  [50, 'PPP_SERIAL'],
  [51, 'PPP_ETHER'],
  [101, 'RAW'],
  [104, 'C_HDLC'],
  [105, 'IEEE802_11'],
  [108, 'LOOP'],
  [113, 'LINUX_SLL'],
  [127, 'IEEE802_11_RADIO'],
  [192, 'PPI'],
  [228, 'IPV4'],
  [229, 'IPV6'],
  [239, 'NFLOG'],
  [276, 'LINUX_SLL2'],
]);

/** Find the network layer of a captured frame; false when there is none that is understood. */
export function decodeLink(f: Frame, linkType: number, start: number): boolean {
  const buf = f.buf;
  const end = f.end;
  switch (linkType) {
    case 1:
      return ethernet(f, start);
    case 0:
    case 108:
      return loopback(f, start);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return rawIp(f, start);
    case 113:
      return start + 16 <= end && cooked(f, u16(buf, start + 14), start + 16);
    case 276:
      return start + 20 <= end && cooked(f, u16(buf, start), start + 20);
    case 9:
    case 50:
      return pppFrame(f, start);
    case 51:
      return start + 6 <= end && ppp(f, start + 6);
    case 104:
      return start + 4 <= end && etherPayload(f, u16(buf, start + 2), start + 4);
    case 105:
      return wifi(f, start);
    case 127:
      return radiotap(f, start);
    case 192:
      return ppi(f, start);
    case 239:
      return nflog(f, start);
    default:
      return false;
  }
}

function cooked(f: Frame, type: number, pos: number): boolean {
  return etherPayload(f, type, pos);
}

function loopback(f: Frame, pos: number): boolean {
  if (pos + 4 > f.end) return false;
  // The family is in the byte order of the capturing host and its number for IPv6 differs by system.
  return rawIp(f, pos + 4);
}

function pppFrame(f: Frame, pos: number): boolean {
  if (pos + 4 > f.end) return false;
  const address = f.buf[pos]!;
  if (address === 0xff && f.buf[pos + 1] === 3) return ppp(f, pos + 2);
  if (address === 0x0f || address === 0x8f) return etherPayload(f, u16(f.buf, pos + 2), pos + 4);
  return ppp(f, pos);
}

function ppi(f: Frame, pos: number): boolean {
  if (pos + 8 > f.end) return false;
  const length = f.buf[pos + 2]! | (f.buf[pos + 3]! << 8);
  const inner = f.buf[pos + 4]! | (f.buf[pos + 5]! << 8) | (f.buf[pos + 6]! << 16);
  if (length < 8 || inner === 192) return false;
  return decodeLink(f, inner, pos + length);
}

function nflog(f: Frame, pos: number): boolean {
  const buf = f.buf;
  if (pos + 4 > f.end) return false;
  const family = buf[pos]!;
  let at = pos + 4;
  while (at + 4 <= f.end) {
    const size = buf[at]! | (buf[at + 1]! << 8);
    const type = buf[at + 2]! | (buf[at + 3]! << 8);
    if (size < 4) return false;
    if (type === 9) {
      f.l3Type = family === 2 ? ETHER.IPV4 : family === 10 ? ETHER.IPV6 : 0;
      f.l3At = at + 4;
      return f.l3Type !== 0;
    }
    at += (size + 3) & ~3;
  }
  return false;
}

function u16(buf: Uint8Array, at: number): number {
  return (buf[at]! << 8) | buf[at + 1]!;
}
