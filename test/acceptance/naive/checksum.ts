import type { IpPacket } from './packets.js';

/** Whether the TCP or UDP checksum of a whole packet is right (Zeek without -C drops the others). */
export function checksumOk({ src, dst, proto, bytes }: IpPacket): boolean {
  if (proto === 17 && bytes[6] === 0 && bytes[7] === 0) return true;
  const length = proto === 17 ? Math.min(bytes.length, (bytes[4]! << 8) | bytes[5]!) : bytes.length;
  let sum = addressSum(src) + addressSum(dst) + proto + length;
  for (let i = 0; i < length; i += 2) sum += (bytes[i]! << 8) | (i + 1 < length ? bytes[i + 1]! : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum === 0xffff;
}

function addressSum(address: string): number {
  if (address.includes('.') && !address.includes(':')) {
    const [a, b, c, d] = address.split('.').map(Number);
    return ((a! << 8) | b!) + ((c! << 8) | d!);
  }
  const [head, tail] = address.split('::');
  const words = (s: string | undefined) =>
    s ? s.split(':').flatMap((g) => (g.includes('.') ? dotted(g) : [Number.parseInt(g, 16)])) : [];
  return [...words(head), ...words(tail)].reduce((a, b) => a + b, 0);
}

function dotted(text: string): number[] {
  const [a, b, c, d] = text.split('.').map(Number);
  return [(a! << 8) | b!, (c! << 8) | d!];
}
