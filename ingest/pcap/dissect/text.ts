import { latin1 } from './bytes.js';

const PLAIN = /^[\x20-\x7e]*$/;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Escapes control characters the way Zeek's logs do (`\x0a`). */
function escapeControls(s: string): string {
  return s.replace(/[\x00-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Bytes as text: printable and valid UTF-8 stays, other bytes become `\xNN` as in Zeek's logs; at most `limit` bytes. */
export function text(buf: Uint8Array, start: number, end: number, limit = 8192): string {
  const stop = Math.min(end, start + limit);
  const raw = latin1(buf, start, stop);
  if (PLAIN.test(raw)) return raw;
  return fromLatin1(raw);
}

/** As `text`, for a string that holds one byte per character. */
export function fromLatin1(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  let out = '';
  let i = 0;
  while (i < raw.length) {
    const c = raw.charCodeAt(i);
    const n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    const decoded = n > 1 ? decodeOne(raw, i, n) : undefined;
    if (decoded !== undefined) {
      out += decoded;
      i += n;
    } else {
      out += c < 0x80 ? escapeControls(raw[i]!) : `\\x${c.toString(16)}`;
      i++;
    }
  }
  return out;
}

function decodeOne(raw: string, i: number, n: number): string | undefined {
  if (i + n > raw.length) return undefined;
  for (let k = 1; k < n; k++) if ((raw.charCodeAt(i + k) & 0xc0) !== 0x80) return undefined;
  try {
    const s = decoder.decode(Buffer.from(raw.slice(i, i + n), 'latin1'));
    return escapeControls(s);
  } catch {
    return undefined; // not a shortest form, or a surrogate
  }
}
