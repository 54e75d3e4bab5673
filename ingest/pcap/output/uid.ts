import { createHash } from 'node:crypto';
import { Sha256Block } from './sha256.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = Uint8Array.from(BASE62, (digit) => digit.charCodeAt(0));
/** Between capture id and row, so that no two pairs give the same text. */
const SEPARATOR = 31;

/** Length of a uid in bytes. */
export const UID_BYTES = 12;

/** uids of the flows of a capture: 12 base62 digits of SHA-256(capture_id, row), as the SQL macro `derived_uid` makes them. */
export class UidWriter {
  private readonly block = new Sha256Block();
  private readonly id: Uint8Array;
  private readonly out = new Uint8Array(UID_BYTES);

  constructor(captureId: string) {
    const bytes = Buffer.from(captureId, 'utf8');
    // Longer seeds than one block has room for are hashed first.
    this.id = bytes.length <= 32 ? bytes : createHash('sha256').update(bytes).digest();
  }

  /** Write the uid of a row at `bytes[at, at + 12)`. */
  write(row: number | string, bytes: Uint8Array, at: number): void {
    const { block, id } = this;
    block.reset();
    for (let k = 0; k < id.length; k++) block.byte(id[k]!);
    block.byte(SEPARATOR);
    if (typeof row === 'number') block.decimal(row);
    else for (let k = 0; k < row.length; k++) block.byte(row.charCodeAt(k));
    block.digest();
    base62(block.high, block.low, bytes, at);
  }

  text(row: number | string): string {
    this.write(row, this.out, 0);
    const o = this.out;
    return String.fromCharCode(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!, o[9]!, o[10]!, o[11]!);
  }
}

/** The 64-bit number `high * 2^32 + low` as 12 digits. */
function base62(high: number, low: number, bytes: Uint8Array, at: number): void {
  let a = high >>> 16;
  let b = high & 0xffff;
  let c = low >>> 16;
  let d = low & 0xffff;
  for (let k = UID_BYTES - 1; k >= 0; k--) {
    let rest = a % 62;
    a = (a / 62) | 0;
    let part = (rest << 16) | b;
    b = (part / 62) | 0;
    rest = part % 62;
    part = (rest << 16) | c;
    c = (part / 62) | 0;
    rest = part % 62;
    part = (rest << 16) | d;
    d = (part / 62) | 0;
    bytes[at + k] = DIGITS[part % 62]!;
  }
}
