import { u32 } from '../bytes.js';

/** A long header. */
export interface LongHeader {
  readonly version: number;
  /** Type bits, not yet interpreted. */
  readonly type: number;
  readonly dcid: readonly [number, number];
  readonly scid: readonly [number, number];
  readonly next: number;
}

/** A variable-length number and the position after it. */
export function varint(buf: Uint8Array, at: number, end: number): readonly [number, number] | undefined {
  if (at >= end) return undefined;
  const size = 1 << (buf[at]! >> 6);
  if (at + size > end) return undefined;
  let value = buf[at]! & 0x3f;
  for (let i = 1; i < size; i++) value = value * 256 + buf[at + i]!;
  return [value, at + size];
}

/** The long header at `at`, undefined when there is none. */
export function longHeader(buf: Uint8Array, at: number, end: number): LongHeader | undefined {
  if (end - at < 7 || (buf[at]! & 0x80) === 0) return undefined;
  const version = u32(buf, at + 1);
  const dcidStart = at + 6;
  const dcidEnd = dcidStart + buf[at + 5]!;
  if (dcidEnd >= end || buf[at + 5]! > 20) return undefined;
  const scidStart = dcidEnd + 1;
  const scidEnd = scidStart + buf[dcidEnd]!;
  if (scidEnd > end || buf[dcidEnd]! > 20) return undefined;
  return { version, type: (buf[at]! >> 4) & 3, dcid: [dcidStart, dcidEnd], scid: [scidStart, scidEnd], next: scidEnd };
}

/** Calls `found` for each CRYPTO frame of decrypted initial packets; false when a frame is malformed. */
export function cryptoFrames(frames: Uint8Array, found: (offset: number, start: number, end: number) => void): boolean {
  const end = frames.length;
  for (let at = 0; at < end; ) {
    const type = frames[at++]!;
    if (type === 0 || type === 1) continue;
    const numbers: number[] = [];
    const read = (n: number): boolean => {
      for (let i = 0; i < n; i++) {
        const number = varint(frames, at, end);
        if (number === undefined) return false;
        numbers.push(number[0]);
        at = number[1];
      }
      return true;
    };
    if (type === 2 || type === 3) {
      if (!read(4) || numbers[2]! > 256 || !read(2 * numbers[2]! + (type === 3 ? 3 : 0))) return false;
    } else if (type === 6 || type === 8) {
      // 8 is what Google's own versions with TLS used.
      if (!read(2) || at + numbers[1]! > end) return false;
      found(numbers[0]!, at, at + numbers[1]!);
      at += numbers[1]!;
    } else if (type === 0x1c || type === 0x1d) {
      if (!read(type === 0x1c ? 3 : 2)) return false;
      at += numbers.at(-1)!;
    } else return false;
  }
  return true;
}
