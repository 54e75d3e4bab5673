import { u16, u32 } from '../bytes.js';
import { fromLatin1 } from '../text.js';

const MAX_RECORDS = 1024;
const MAX_NAME = 255;
/** Questions, answers, authority: the records that are looked at. */
const KEPT = 3 * MAX_RECORDS;

/** Sections of a message. */
export const QUESTION = 0;
export const ANSWER = 1;
export const AUTHORITY = 2;

/**
 * A DNS message taken apart: where things are in it. One object is used for all messages, names and data are read when
 * they are wanted. Sections hold what could be parsed; `complete` is false when they end early.
 */
export class Message {
  id = 0;
  response = false;
  opcode = 0;
  aa = false;
  tc = false;
  rd = false;
  ra = false;
  z = 0;
  rcode = 0;
  /** Records that the header announces, by section. */
  readonly counts = new Int32Array(4);
  /** Records that were found in the first three sections; their numbers begin at {@link first}. */
  readonly found = new Int32Array(3);
  readonly first = new Int32Array(3);
  complete = false;
  /** Where the message begins, and the position after its last parsed record. */
  base = 0;
  end = 0;
  /** By number of the record: position of its name, type, class, position and end of its data. */
  readonly name = new Int32Array(KEPT);
  readonly type = new Int32Array(KEPT);
  readonly qclass = new Int32Array(KEPT);
  readonly start = new Int32Array(KEPT);
  readonly stop = new Int32Array(KEPT);
  private buf: Uint8Array = new Uint8Array(0);

  /** Parses `source[start, end)`; false when it is shorter than a header. */
  parse(source: Uint8Array, start: number, end: number): boolean {
    if (end - start < 12) return false;
    this.buf = source;
    this.base = start;
    this.id = u16(source, start);
    const flags = u16(source, start + 2);
    this.response = (flags & 0x8000) !== 0;
    this.opcode = (flags >> 11) & 15;
    this.aa = (flags & 0x400) !== 0;
    this.tc = (flags & 0x200) !== 0;
    this.rd = (flags & 0x100) !== 0;
    this.ra = (flags & 0x80) !== 0;
    this.z = (flags >> 4) & 7;
    this.rcode = flags & 15;
    this.complete = true;
    this.end = start + 12;
    let used = 0;
    for (let section = 0; section < 4; section++) {
      const count = u16(source, start + 4 + 2 * section);
      this.counts[section] = count;
      if (section < 3) {
        this.first[section] = used;
        this.found[section] = 0;
      }
      for (let k = 0; k < count && this.complete; k++) {
        const next = k < MAX_RECORDS ? this.record(used, section === QUESTION, end) : -1;
        if (next < 0) this.complete = false;
        else {
          this.end = next;
          if (section < 3) {
            this.found[section]!++;
            used++;
          }
        }
      }
    }
    return true;
  }

  /** Name of a record. */
  nameOf(record: number): string {
    return readName(this.buf, this.name[record]!, this.base, this.buf.length) ?? '';
  }

  /** Seconds that a record may be kept. */
  ttlOf(record: number): number {
    return u32(this.buf, this.start[record]! - 6);
  }

  /** Reads the record at `this.end` as number `n`; the result is the position after it, -1 when it does not fit. */
  private record(n: number, question: boolean, end: number): number {
    const { buf } = this;
    const at = this.end;
    const fields = skipName(buf, at, this.base, end);
    if (fields < 0 || fields + (question ? 4 : 10) > end) return -1;
    const start = fields + (question ? 4 : 10);
    const stop = question ? start : start + u16(buf, fields + 8);
    if (stop > end) return -1;
    if (n < KEPT) {
      this.name[n] = at;
      this.type[n] = u16(buf, fields);
      this.qclass[n] = u16(buf, fields + 2);
      this.start[n] = start;
      this.stop[n] = stop;
    }
    return stop;
  }
}

/** Bytes of the name found last, dots between labels, letters in lower case, and whether it is printable ASCII. */
const letters = Buffer.alloc(MAX_NAME + 1);
let plain = true;
/** Position after the name found last. */
let after = 0;

/** Length of the name at `at` in bytes, which are put into `letters` when `keep`; -1 when it is malformed. */
function walk(buf: Uint8Array, at: number, base: number, end: number, keep: boolean): number {
  let i = at;
  let lowest = at;
  let length = 0;
  after = -1;
  plain = true;
  for (;;) {
    if (i >= end) return -1;
    const n = buf[i]!;
    if (n === 0) break;
    if (n >= 0xc0) {
      if (i + 1 >= end) return -1;
      if (after < 0) after = i + 2;
      const target = base + (((n & 0x3f) << 8) | buf[i + 1]!);
      // Only ever backwards: a loop is impossible.
      if (target >= lowest) return -1;
      lowest = target;
      i = target;
      continue;
    }
    if (n > 63 || i + 1 + n > end) return -1;
    const from = length === 0 ? 0 : length + 1;
    if (from + n > MAX_NAME) return -1;
    if (keep) {
      if (from > 0) letters[length] = 46;
      for (let k = 0; k < n; k++) {
        const c = buf[i + 1 + k]!;
        if (c < 0x20 || c > 0x7e) plain = false;
        letters[from + k] = c >= 65 && c <= 90 ? c + 32 : c;
      }
    }
    length = from + n;
    i += 1 + n;
  }
  if (after < 0) after = i + 1;
  return length;
}

/** Position after the name at `at`, -1 when it is malformed. */
function skipName(buf: Uint8Array, at: number, base: number, end: number): number {
  return walk(buf, at, base, end, false) < 0 ? -1 : after;
}

/** The name at `at`, undefined when it is malformed; `base` is where the message starts. */
export function readName(buf: Uint8Array, at: number, base: number, end: number): string | undefined {
  const length = walk(buf, at, base, end, true);
  if (length < 0) return undefined;
  const text = known(length);
  return plain ? text : fromLatin1(text);
}

/** Names come again and again: the last one of each hash is kept. */
const NAMES = 4096;
const names: string[] = new Array<string>(NAMES).fill('');

function known(length: number): string {
  let hash = length;
  for (let k = 0; k < length; k++) hash = Math.imul(hash ^ letters[k]!, 0x01000193);
  const slot = (hash ^ (hash >>> 15)) & (NAMES - 1);
  const name = names[slot]!;
  if (name.length === length) {
    let k = 0;
    while (k < length && name.charCodeAt(k) === letters[k]) k++;
    if (k === length) return name;
  }
  const text = letters.toString('latin1', 0, length);
  names[slot] = text;
  return text;
}
