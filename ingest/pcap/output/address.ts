/** Canonical text (RFC 5952) of the address in 4 words at `at`; ::ffff:0:0/96 is written as IPv4. */
export function addressText(words: Int32Array, at: number): string {
  const a = words[at]!;
  const b = words[at + 1]!;
  const c = words[at + 2]!;
  const d = words[at + 3]!;
  if (a === 0 && b === 0 && c === 0xffff) return `${d >>> 24}.${(d >>> 16) & 255}.${(d >>> 8) & 255}.${d & 255}`;
  const groups = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff, d >>> 16, d & 0xffff];
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && groups[i + n] === 0) n++;
    if (n > bestLength) {
      best = i;
      bestLength = n;
    }
    if (n > 0) i += n - 1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLength).join(':')}`;
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Hardware address as `aa:bb:cc:dd:ee:ff`. */
export function macText(buf: Uint8Array, at: number): string {
  return `${HEX[buf[at]!]}:${HEX[buf[at + 1]!]}:${HEX[buf[at + 2]!]}:${HEX[buf[at + 3]!]}:${HEX[buf[at + 4]!]}:${HEX[buf[at + 5]!]}`;
}

/** Longest text of an address in bytes. */
export const ADDRESS_BYTES = 45;

/** Write an address like {@link addressText} at `bytes[pos]`; the result is the position behind it. */
export function writeAddress(words: Int32Array, at: number, bytes: Uint8Array, pos: number): number {
  let p = pos;
  if (words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0xffff) {
    const d = words[at + 3]!;
    for (let shift = 24; shift >= 0; shift -= 8) {
      const n = (d >>> shift) & 255;
      if (n > 99) bytes[p++] = 48 + ((n / 100) | 0);
      if (n > 9) bytes[p++] = 48 + (((n / 10) | 0) % 10);
      bytes[p++] = 48 + (n % 10);
      if (shift > 0) bytes[p++] = 46;
    }
    return p;
  }
  const text = addressText(words, at);
  for (let k = 0; k < text.length; k++) bytes[p++] = text.charCodeAt(k);
  return p;
}

const HEX_DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Write a hardware address like {@link macText} (17 bytes). */
export function writeMac(buf: Uint8Array, at: number, bytes: Uint8Array, pos: number): number {
  let p = pos;
  for (let k = 0; k < 6; k++) {
    if (k > 0) bytes[p++] = 58;
    bytes[p++] = HEX_DIGITS[buf[at + k]! >> 4]!;
    bytes[p++] = HEX_DIGITS[buf[at + k]! & 15]!;
  }
  return p;
}

/** Text of recently seen addresses, so that a busy host is formatted once. */
export class AddressCache {
  private readonly v4 = new Map<number, string>();

  text(words: Int32Array, at: number): string {
    if (words[at] !== 0 || words[at + 1] !== 0 || words[at + 2] !== 0xffff) return addressText(words, at);
    const key = words[at + 3]!;
    let text = this.v4.get(key);
    if (text === undefined) {
      if (this.v4.size > 65536) this.v4.clear();
      text = addressText(words, at);
      this.v4.set(key, text);
    }
    return text;
  }
}
