import { startsWith, startsWithNoCase } from '../bytes.js';
import { text } from '../text.js';

/** Parts of a request line; version 0.9 when it names none. */
export interface RequestLine {
  readonly method: string;
  readonly uri: string;
  readonly version: string;
}

/** Parts of a status line. */
export interface StatusLine {
  readonly version: string;
  readonly code: number;
  readonly reason: string;
}

const isSpace = (c: number | undefined) => c === 32 || c === 9;

function isToken(c: number): boolean {
  return (
    (c >= 97 && c <= 122) ||
    (c >= 65 && c <= 90) ||
    (c >= 48 && c <= 57) ||
    c === 45 ||
    c === 95 ||
    c === 33 ||
    c === 46
  );
}

/** Undefined when the line cannot be a request: no method, nothing behind it. */
export function parseRequestLine(buf: Uint8Array, start: number, end: number): RequestLine | undefined {
  let at = start;
  while (at < end && isToken(buf[at]!)) at++;
  if (at === start || at - start > 64 || !isSpace(buf[at])) return undefined;
  const method = text(buf, start, at);
  while (at < end && isSpace(buf[at])) at++;
  if (at >= end) return undefined;
  const uri = at;
  let stop = end;
  let version = '0.9';
  if (startsWith(buf, at, end, 'HTTP/') && !buf.subarray(at, end).includes(32)) {
    stop = at;
    version = httpVersion(buf, at, end) ?? version;
  } else {
    for (let i = at; i < end; i++) {
      if (!isSpace(buf[i])) continue;
      let next = i;
      while (next < end && isSpace(buf[next])) next++;
      if (startsWith(buf, next, end, 'HTTP/')) {
        stop = i;
        version = httpVersion(buf, next, end) ?? version;
        break;
      }
      i = next;
    }
  }
  return { method, uri: text(buf, uri, stop), version };
}

/** Undefined when the line does not begin with `HTTP/`. */
export function parseStatusLine(buf: Uint8Array, start: number, end: number): StatusLine | undefined {
  const version = httpVersion(buf, start, end);
  if (version === undefined) return undefined;
  let at = start + 5;
  while (at < end && !isSpace(buf[at])) at++;
  while (at < end && isSpace(buf[at])) at++;
  let code = 0;
  for (let n = 0; n < 3 && at < end && buf[at]! >= 48 && buf[at]! <= 57; n++) code = code * 10 + buf[at++]! - 48;
  while (at < end && isSpace(buf[at])) at++;
  return { version, code, reason: text(buf, at, end, 1024) };
}

function httpVersion(buf: Uint8Array, at: number, end: number): string | undefined {
  if (!startsWithNoCase(buf, at, end, 'http/')) return undefined;
  let i = at + 5;
  let out = '';
  while (i < end && out.length < 5 && ((buf[i]! >= 48 && buf[i]! <= 57) || buf[i] === 46))
    out += String.fromCharCode(buf[i++]!);
  return /^\d+\.\d+$/.test(out) ? out : '1.0';
}

/** Percent-escapes resolved, as far as they are valid. */
export function unescapeUri(uri: string): string {
  if (!uri.includes('%')) return uri;
  const bytes = Buffer.from(uri, 'utf8');
  const out = Buffer.alloc(bytes.length);
  let n = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === 37 ? hexDigit(bytes[i + 1]) : -1;
    const low = high >= 0 ? hexDigit(bytes[i + 2]) : -1;
    if (low >= 0) {
      out[n++] = high * 16 + low;
      i += 2;
    } else out[n++] = bytes[i]!;
  }
  return text(out, 0, n);
}

function hexDigit(c: number | undefined): number {
  if (c === undefined) return -1;
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
