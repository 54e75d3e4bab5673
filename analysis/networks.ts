import ipaddr from 'ipaddr.js';

/** First and last address of a network as 16 bytes in hex, IPv4 as ::ffff:0:0/96 (the key of `ip_key`). */
export interface NetworkRange {
  readonly low: string;
  readonly high: string;
}

/**
 * The range of a CIDR or a single address.
 * @returns undefined when the text is neither
 */
export function networkRange(text: string): NetworkRange | undefined {
  const [host, bits, more] = text.trim().split('/');
  if (host === undefined || more !== undefined || !ipaddr.isValid(host)) return undefined;
  if (!host.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(host)) return undefined;
  const address = ipaddr.parse(host);
  const size = address.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? size : Number(bits);
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > size) return undefined;
  const bytes = keyBytes(address);
  const fixed = 128 - size + prefix;
  const low = bytes.map((b, i) => b & maskByte(fixed, i));
  const high = bytes.map((b, i) => (b & maskByte(fixed, i)) | (~maskByte(fixed, i) & 0xff));
  return { low: hex(low), high: hex(high) };
}

function keyBytes(address: ipaddr.IPv4 | ipaddr.IPv6): number[] {
  const bytes = address.toByteArray();
  return bytes.length === 16 ? bytes : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes];
}

function maskByte(fixedBits: number, index: number): number {
  const bits = Math.max(0, Math.min(8, fixedBits - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

const hex = (bytes: readonly number[]): string => bytes.map((b) => b.toString(16).padStart(2, '0')).join('');
