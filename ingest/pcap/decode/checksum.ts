/** The buffer summed last and its 32-bit words: most packets lie in the chunk of input that is being read. */
let summed: Uint8Array = new Uint8Array(0);
let words: Int32Array = new Int32Array(0);
let offset = 0;

/** Bytes of numbers lie lowest first in memory. */
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Sum of 16-bit words for the Internet checksum, not yet folded; `start` is an even position of the message. The sum
 * does not depend on the order of bytes but for a final exchange, so that the buffer's own 32-bit words are added.
 */
export function sum16(buf: Uint8Array, start: number, end: number, seed: number): number {
  if (!LITTLE || end - start < 48) return bytes16(buf, start, end, seed);
  if (buf !== summed) view(buf);
  const i = words;
  const from = offset + start;
  const first = (from + 3) >> 2;
  const last = (offset + end) >> 2;
  // The few bytes before the first whole word and after the last one.
  const head = first * 4 - offset;
  const tail = last * 4 - offset;
  let low = 0;
  let high = 0;
  let sum = 0;
  let w = first;
  while (w < last) {
    // At most this many words keep both sums within 31 bits.
    const stop = Math.min(last, w + 16384);
    const fast = stop - 3;
    for (; w < fast; w += 4) {
      const a = i[w]!;
      const b = i[w + 1]!;
      const c = i[w + 2]!;
      const d = i[w + 3]!;
      low = (low + (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff)) | 0;
      high = (high + (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16)) | 0;
    }
    for (; w < stop; w++) {
      const a = i[w]!;
      low = (low + (a & 0xffff)) | 0;
      high = (high + (a >>> 16)) | 0;
    }
    sum += fold16(low + high);
    low = 0;
    high = 0;
  }
  const native = fold16(sum);
  // Where the message starts at an odd address its words are the memory's with the bytes exchanged already.
  const odd = (from & 1) === 1;
  const inner = odd ? native : ((native & 0xff) << 8) | (native >>> 8);
  let outer = seed;
  let pos = start;
  for (; pos + 1 < head; pos += 2) outer += (buf[pos]! << 8) | buf[pos + 1]!;
  // The other half of its word is the first byte of the whole words, as is the last one's for the byte behind them.
  if (pos < head) outer += buf[pos]! << 8;
  pos = tail;
  if (odd && pos < end) outer += buf[pos++]!;
  for (; pos + 1 < end; pos += 2) outer += (buf[pos]! << 8) | buf[pos + 1]!;
  if (pos < end) outer += buf[pos]! << 8;
  return outer + inner;
}

/** Fold a sum to 16 bits. A message with a right checksum folds to 0xffff. */
export function fold16(value: number): number {
  let sum = value;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** Checksum sum of the pseudo header; `addr` holds source and destination, 4 words each. */
export function pseudoSum(addr: Int32Array, proto: number, length: number): number {
  const a = addr[3]!;
  const b = addr[7]!;
  let sum = proto + (length & 0xffff) + (length >>> 16) + (a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff);
  // The ::ffff:0:0/96 prefix of IPv4 is not on the wire.
  if (addr[2] === 0xffff && addr[0] === 0 && addr[1] === 0) return sum;
  for (let i = 0; i < 7; i++) {
    if (i === 3) continue;
    const word = addr[i]!;
    sum += (word >>> 16) + (word & 0xffff);
  }
  return sum;
}

function view(buf: Uint8Array): void {
  summed = buf;
  offset = buf.byteOffset;
  words = new Int32Array(buf.buffer, 0, buf.buffer.byteLength >> 2);
}

function bytes16(buf: Uint8Array, start: number, end: number, seed: number): number {
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
