import { llc } from './ether.js';
import type { Frame } from './frame.js';

/** A radiotap header followed by an IEEE 802.11 frame. */
export function radiotap(f: Frame, pos: number): boolean {
  if (pos + 8 > f.end) return false;
  const length = f.buf[pos + 2]! | (f.buf[pos + 3]! << 8);
  return length >= 8 && wifi(f, pos + length);
}

/** An IEEE 802.11 data frame that is not encrypted; of aggregated frames the first, see `Frame.subframe`. */
export function wifi(f: Frame, pos: number): boolean {
  const body = wifiBody(f, pos);
  if (body < 0) return false;
  return isAggregate(f, pos) ? subframe(f, body) : llc(f, body);
}

/** One subframe of an aggregate at `pos`; `f.subframe` is set to the next. */
export function subframe(f: Frame, pos: number): boolean {
  f.subframe = 0;
  if (pos + 14 > f.end) return false;
  f.macAt = pos;
  f.macBuf = f.buf;
  const length = (f.buf[pos + 12]! << 8) | f.buf[pos + 13]!;
  // Subframes are padded to four bytes.
  const next = pos + ((14 + length + 3) & ~3);
  if (next + 14 <= f.end) f.subframe = next;
  return llc(f, pos + 14);
}

/** Position behind the 802.11 header, -1 when the frame carries no readable data. */
export function wifiBody(f: Frame, pos: number): number {
  const buf = f.buf;
  if (pos + 24 > f.end) return -1;
  const control = buf[pos]!;
  const flags = buf[pos + 1]!;
  if ((control & 0x0c) !== 0x08 || (control & 0x40) !== 0 || (flags & 0x40) !== 0) return -1;
  const fromDs = (flags & 2) !== 0;
  const toDs = (flags & 1) !== 0;
  let at = pos + 24;
  if (fromDs && toDs) at += 6;
  if ((control & 0x80) !== 0) {
    at += 2;
    if ((flags & 0x80) !== 0) at += 4;
  }
  return at < f.end ? at : -1;
}

/** True for a frame that aggregates several Ethernet-like subframes. */
export function isAggregate(f: Frame, pos: number): boolean {
  const control = f.buf[pos]!;
  if ((control & 0x8c) !== 0x88) return false;
  const qos = pos + 24 + ((f.buf[pos + 1]! & 3) === 3 ? 6 : 0);
  return (f.buf[qos]! & 0x80) !== 0;
}
