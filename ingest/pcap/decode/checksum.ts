/** Sum of 16-bit words for the Internet checksum, not yet folded; `start` is an even position of the message. */
export function sum16(buf: Uint8Array, start: number, end: number, seed: number): number {
  let sum = seed;
  let pos = start;
  const fast = end - 7;
  for (; pos < fast; pos += 8) {
    sum +=
      (buf[pos]! << 8) +
      buf[pos + 1]! +
      (buf[pos + 2]! << 8) +
      buf[pos + 3]! +
      (buf[pos + 4]! << 8) +
      buf[pos + 5]! +
      (buf[pos + 6]! << 8) +
      buf[pos + 7]!;
  }
  for (; pos + 1 < end; pos += 2) sum += (buf[pos]! << 8) + buf[pos + 1]!;
  if (pos < end) sum += buf[pos]! << 8;
  return sum;
}

/** Fold a sum to 16 bits. A message with a right checksum folds to 0xffff. */
export function fold16(value: number): number {
  let sum = value;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Checksum sum of the pseudo header; `addr` holds source and destination, 4 words each. */
export function pseudoSum(addr: Int32Array, proto: number, length: number): number {
  let sum = proto + (length & 0xffff) + (length >>> 16);
  // The ::ffff:0:0/96 prefix of IPv4 is not on the wire.
  const v4 = addr[2] === 0xffff && addr[0] === 0 && addr[1] === 0;
  for (let i = 0; i < 8; i++) {
    if (v4 && i !== 3 && i !== 7) continue;
    const word = addr[i]!;
    sum += (word >>> 16) + (word & 0xffff);
  }
  return sum;
}
