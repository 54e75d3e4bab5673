import { createHash } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 12 base62 characters of SHA-256(capture_id ‖ row in decimal). */
export function makeUid(captureId: string, row: number | string): string {
  const digest = createHash('sha256').update(captureId).update(String(row)).digest();
  let text = '';
  // 12 base62 characters hold 71 bits; the modulo bias of single bytes would cost some of them.
  let value = (digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8);
  for (let k = 0; k < 12; k++) {
    text += BASE62[Number(value % 62n)];
    value /= 62n;
  }
  return text;
}
