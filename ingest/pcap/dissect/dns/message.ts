import { latin1, u16, u32 } from '../bytes.js';
import { fromLatin1 } from '../text.js';

/** A question of a DNS message. */
export interface Question {
  readonly name: string;
  readonly type: number;
  readonly qclass: number;
}

/** A resource record; its data is `buf[start, end)` of the message. */
export interface Resource extends Question {
  readonly ttl: number;
  readonly start: number;
  readonly end: number;
}

/** A parsed message. Sections hold what could be parsed; `complete` is false when they end early. */
export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly z: number;
  readonly rcode: number;
  readonly counts: readonly [number, number, number, number];
  readonly questions: readonly Question[];
  readonly answers: readonly Resource[];
  readonly authority: readonly Resource[];
  readonly complete: boolean;
  /** Position after the last parsed record. */
  readonly end: number;
}

const MAX_RECORDS = 1024;
const MAX_NAME = 255;

/** A name and the position after it; `base` is where the message starts. Undefined when it is malformed. */
export function readName(
  buf: Uint8Array,
  at: number,
  base: number,
  end: number,
): { name: string; next: number } | undefined {
  let i = at;
  let next = -1;
  let raw = '';
  let lowest = at;
  for (;;) {
    if (i >= end) return undefined;
    const n = buf[i]!;
    if (n === 0) break;
    if (n >= 0xc0) {
      if (i + 1 >= end) return undefined;
      if (next < 0) next = i + 2;
      const target = base + (((n & 0x3f) << 8) | buf[i + 1]!);
      // Only ever backwards: a loop is impossible.
      if (target >= lowest) return undefined;
      lowest = target;
      i = target;
      continue;
    }
    if (n > 63 || i + 1 + n > end) return undefined;
    raw += (raw === '' ? '' : '.') + latin1(buf, i + 1, i + 1 + n);
    if (raw.length > MAX_NAME) return undefined;
    i += 1 + n;
  }
  return { name: fromLatin1(raw.toLowerCase()), next: next < 0 ? i + 1 : next };
}

/** Parses `buf[start, end)`; undefined when it is shorter than a header. */
export function parseMessage(buf: Uint8Array, start: number, end: number): Message | undefined {
  if (end - start < 12) return undefined;
  const flags = u16(buf, start + 2);
  const counts = [u16(buf, start + 4), u16(buf, start + 6), u16(buf, start + 8), u16(buf, start + 10)] as const;
  const questions: Question[] = [];
  const answers: Resource[] = [];
  const authority: Resource[] = [];
  let at = start + 12;
  let complete = true;
  for (let i = 0; i < counts[0] && complete; i++) {
    const name = i < MAX_RECORDS ? readName(buf, at, start, end) : undefined;
    if (name === undefined || name.next + 4 > end) {
      complete = false;
      break;
    }
    questions.push({ name: name.name, type: u16(buf, name.next), qclass: u16(buf, name.next + 2) });
    at = name.next + 4;
  }
  for (let section = 1; section <= 3 && complete; section++) {
    for (let i = 0; i < counts[section]!; i++) {
      const record = i < MAX_RECORDS ? readRecord(buf, at, start, end) : undefined;
      if (record === undefined) {
        complete = false;
        break;
      }
      if (section === 1) answers.push(record);
      else if (section === 2) authority.push(record);
      at = record.end;
    }
  }
  return {
    id: u16(buf, start),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    aa: (flags & 0x400) !== 0,
    tc: (flags & 0x200) !== 0,
    rd: (flags & 0x100) !== 0,
    ra: (flags & 0x80) !== 0,
    z: (flags >> 4) & 7,
    rcode: flags & 15,
    counts,
    questions,
    answers,
    authority,
    complete,
    end: at,
  };
}

function readRecord(buf: Uint8Array, at: number, base: number, end: number): Resource | undefined {
  const name = readName(buf, at, base, end);
  if (name === undefined || name.next + 10 > end) return undefined;
  const start = name.next + 10;
  const stop = start + u16(buf, name.next + 8);
  if (stop > end) return undefined;
  const type = u16(buf, name.next);
  return { name: name.name, type, qclass: u16(buf, name.next + 2), ttl: u32(buf, name.next + 4), start, end: stop };
}
