import { latin1 } from './bytes.js';

const PLAIN = /^[\x20-\x7e]*$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Each byte as Zeek's logs write it where it is no text (`\x0a`). */
const ESCAPED = Array.from({ length: 256 }, (_, c) => `\\x${c.toString(16).padStart(2, '0')}`);

/** Bytes as text: printable and valid UTF-8 stays, other bytes become `\xNN` as in Zeek's logs; at most `limit` bytes. */
export function text(buf: Uint8Array, start: number, end: number, limit = 8192): string {
  return fromLatin1(latin1(buf, start, Math.min(end, start + limit)));
}

/** As `text`, for a string that holds one byte per character. */
export function fromLatin1(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  let out = '';
  let i = 0;
  // Where the run of plain characters before `i` began.
  let plain = 0;
  while (i < raw.length) {
    const c = raw.charCodeAt(i);
    if (c >= 0x20 && c < 0x7f) {
      i++;
      continue;
    }
    if (i > plain) out += raw.slice(plain, i);
    const n = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 1;
    const decoded = n > 1 ? decodeOne(raw, i, n) : undefined;
    out += decoded ?? ESCAPED[c]!;
    i += decoded === undefined ? 1 : n;
    plain = i;
  }
  return i > plain ? out + raw.slice(plain) : out;
}

function decodeOne(raw: string, i: number, n: number): string | undefined {
  if (i + n > raw.length) return undefined;
  for (let k = 1; k < n; k++) if ((raw.charCodeAt(i + k) & 0xc0) !== 0x80) return undefined;
  try {
    const s = decoder.decode(Buffer.from(raw.slice(i, i + n), 'latin1'));
    // Of what takes several bytes only U+0080 to U+009F are control characters.
    const c = s.charCodeAt(0);
    return c < 0xa0 ? ESCAPED[c]! : s;
  } catch {
    return undefined; // not a shortest form, or a surrogate
  }
}
