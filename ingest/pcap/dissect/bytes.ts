/** Big-endian 16-bit number at `i`; 0 beyond the end, as everywhere in this file. */
export function u16(buf: Uint8Array, i: number): number {
  return ((buf[i] ?? 0) << 8) | (buf[i + 1] ?? 0);
}

/** Big-endian 24-bit number. */
export function u24(buf: Uint8Array, i: number): number {
  return ((buf[i] ?? 0) << 16) | ((buf[i + 1] ?? 0) << 8) | (buf[i + 2] ?? 0);
}

/** Big-endian unsigned 32-bit number. */
export function u32(buf: Uint8Array, i: number): number {
  return (buf[i] ?? 0) * 0x1000000 + u24(buf, i + 1);
}

/** Little-endian 16-bit number. */
export function le16(buf: Uint8Array, i: number): number {
  return ((buf[i + 1] ?? 0) << 8) | (buf[i] ?? 0);
}

/** Little-endian unsigned 32-bit number. */
export function le32(buf: Uint8Array, i: number): number {
  return (buf[i + 3] ?? 0) * 0x1000000 + (((buf[i + 2] ?? 0) << 16) | ((buf[i + 1] ?? 0) << 8) | (buf[i] ?? 0));
}

/** The buffer looked at last: most texts come from the chunk of input that is being read. */
let viewed: Buffer = Buffer.alloc(0);

function textOf(buf: Uint8Array, start: number, end: number, encoding: 'latin1' | 'hex'): string {
  if (end <= start) return '';
  if (viewed.buffer !== buf.buffer) viewed = Buffer.from(buf.buffer);
  return viewed.toString(encoding, buf.byteOffset + start, buf.byteOffset + end);
}

/** One character per byte. */
export function latin1(buf: Uint8Array, start: number, end: number): string {
  return textOf(buf, start, end, 'latin1');
}

/** Lower-case hexadecimal. */
export function hex(buf: Uint8Array, start = 0, end = buf.length): string {
  return textOf(buf, start, end, 'hex');
}

/** A copy of `buf[start, end)`. */
export function copy(buf: Uint8Array, start: number, end: number): Uint8Array {
  return buf.slice(start, Math.max(start, end));
}

/** Whether the ASCII text `s` stands at `i`, before `end`. */
export function startsWith(buf: Uint8Array, i: number, end: number, s: string): boolean {
  if (end - i < s.length) return false;
  for (let k = 0; k < s.length; k++) if (buf[i + k] !== s.charCodeAt(k)) return false;
  return true;
}

/** As `startsWith`, letters in any case; `s` is lower case. */
export function startsWithNoCase(buf: Uint8Array, i: number, end: number, s: string): boolean {
  if (end - i < s.length) return false;
  for (let k = 0; k < s.length; k++) {
    const c = buf[i + k]!;
    if ((c >= 65 && c <= 90 ? c + 32 : c) !== s.charCodeAt(k)) return false;
  }
  return true;
}

/** Dotted text of the IPv4 address at `i`. */
export function ipv4(buf: Uint8Array, i: number): string {
  return `${buf[i]}.${buf[i + 1]}.${buf[i + 2]}.${buf[i + 3]}`;
}

/** RFC 5952 text of the IPv6 address at `i`. */
export function ipv6(buf: Uint8Array, i: number): string {
  const groups: number[] = [];
  for (let k = 0; k < 8; k++) groups.push(u16(buf, i + 2 * k));
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) return `::ffff:${ipv4(buf, i + 12)}`;
  let at = -1;
  let run = 1;
  for (let k = 0; k < 8; ) {
    let n = 0;
    while (k + n < 8 && groups[k + n] === 0) n++;
    if (n > run) {
      at = k;
      run = n;
    }
    k += n || 1;
  }
  const text = (a: number[]) => a.map((g) => g.toString(16)).join(':');
  return at < 0 ? text(groups) : `${text(groups.slice(0, at))}::${text(groups.slice(at + run))}`;
}

/** Colon-separated hardware address at `i`. */
export function mac(buf: Uint8Array, i: number): string {
  return (hex(buf, i, i + 6).match(/../g) ?? []).join(':');
}
