import { type Frame, PROTO } from './frame.js';

/** What the IP header says about the packet. */
export type IpResult = 'ok' | 'bad' | 'fragment';

/** Fragment fields of the last header that gave 'fragment'. */
export const fragment = { id: 0, offset: 0, more: false };

/** Decode the IPv4 header at `f.l3At`. */
export function ipv4(f: Frame): IpResult {
  const buf = f.buf;
  const at = f.l3At;
  if (at + 20 > f.end) return 'bad';
  const first = buf[at]!;
  const header = (first & 15) << 2;
  if (first >> 4 !== 4 || header < 20 || at + header > f.end) return 'bad';
  let total = (buf[at + 2]! << 8) | buf[at + 3]!;
  // Segmentation offload leaves the length empty.
  if (total === 0) total = f.end - at;
  if (total < header) return 'bad';
  const a = f.addr;
  a[0] = 0;
  a[1] = 0;
  a[2] = 0xffff;
  a[3] = (buf[at + 12]! << 24) | (buf[at + 13]! << 16) | (buf[at + 14]! << 8) | buf[at + 15]!;
  a[4] = 0;
  a[5] = 0;
  a[6] = 0xffff;
  a[7] = (buf[at + 16]! << 24) | (buf[at + 17]! << 16) | (buf[at + 18]! << 8) | buf[at + 19]!;
  f.ipLen = total;
  f.proto = buf[at + 9]!;
  f.l4At = at + header;
  f.l4Len = total - header;
  f.l4End = Math.min(f.end, at + total);
  const frag = (buf[at + 6]! << 8) | buf[at + 7]!;
  if ((frag & 0x3fff) !== 0) {
    fragment.id = (buf[at + 4]! << 8) | buf[at + 5]!;
    fragment.offset = (frag & 0x1fff) << 3;
    fragment.more = (frag & 0x2000) !== 0;
    return 'fragment';
  }
  return 'ok';
}

/** Decode the IPv6 header at `f.l3At` and walk its extension headers. */
export function ipv6(f: Frame): IpResult {
  const buf = f.buf;
  const at = f.l3At;
  if (at + 40 > f.end || buf[at]! >> 4 !== 6) return 'bad';
  const a = f.addr;
  for (let i = 0; i < 8; i++) {
    const p = at + 8 + i * 4;
    a[i] = (buf[p]! << 24) | (buf[p + 1]! << 16) | (buf[p + 2]! << 8) | buf[p + 3]!;
  }
  const length = (buf[at + 4]! << 8) | buf[at + 5]!;
  const end = length === 0 ? f.end : Math.min(f.end, at + 40 + length);
  f.ipLen = length === 0 ? f.end - at : length + 40;
  f.l4End = end;
  let next = buf[at + 6]!;
  let pos = at + 40;
  for (let guard = 0; guard < 32; guard++) {
    let size = 0;
    if (next === 0 || next === 43 || next === 60 || next === 135 || next === 139 || next === 140) {
      if (pos + 8 > end) return 'bad';
      size = (buf[pos + 1]! + 1) << 3;
      // A mobility message may carry no payload.
      if (next === 135 && buf[pos] === PROTO.NONE) break;
    } else if (next === PROTO.AH) {
      if (pos + 8 > end) return 'bad';
      size = (buf[pos + 1]! + 2) << 2;
    } else if (next === 44) {
      if (pos + 8 > end) return 'bad';
      const bits = (buf[pos + 2]! << 8) | buf[pos + 3]!;
      const following = buf[pos]!;
      pos += 8;
      next = following;
      if ((bits & 0xfff9) === 0) continue;
      fragment.id = (buf[pos - 4]! << 24) | (buf[pos - 3]! << 16) | (buf[pos - 2]! << 8) | buf[pos - 1]!;
      fragment.offset = bits & 0xfff8;
      fragment.more = (bits & 1) !== 0;
      transport(f, next, pos);
      return 'fragment';
    } else break;
    if (pos + size > end) return 'bad';
    next = buf[pos]!;
    pos += size;
  }
  transport(f, next, pos);
  return 'ok';
}

function transport(f: Frame, proto: number, pos: number): void {
  f.proto = proto;
  f.l4At = pos;
  f.l4Len = f.ipLen - (pos - f.l3At);
}
