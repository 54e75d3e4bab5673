import { createHash } from 'node:crypto';

/** Namespace of ids that this project makes. */
export const OWN_NAMESPACE = '5f1c0d3e-7a52-5b6e-9c44-8d2b0e6f7a10';

/** A UUID of version 5 (RFC 9562): the same name in the same namespace gives the same id. */
export function uuid5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  const bytes = hash.subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
