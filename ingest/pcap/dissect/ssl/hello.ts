import { latin1, u16 } from '../bytes.js';
import { text } from '../text.js';

/** A ClientHello or ServerHello taken apart; lists keep the order on the wire. */
export interface Hello {
  readonly version: number;
  /** One character per byte. */
  readonly sessionId: string;
  /** A ServerHello that is a HelloRetryRequest, known by its random. */
  readonly retry: boolean;
  /** Offered by the client; the server's choice is the only entry. */
  readonly ciphers: number[];
  readonly extensions: number[];
  serverName: string | undefined;
  groups: readonly number[];
  pointFormats: readonly number[];
  signatures: readonly number[];
  alpn: readonly string[];
  versions: readonly number[];
  keyShares: readonly number[];
  ticket: boolean;
  preSharedKey: boolean;
}

const NONE: readonly never[] = [];

const RETRY = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

function isRetry(buf: Uint8Array, at: number): boolean {
  for (let k = 0; k < RETRY.length; k++) if (buf[at + k] !== RETRY[k]) return false;
  return true;
}

/** Reads the body of a hello message in `buf[start, end)`; undefined when it is too short. `cookie`: DTLS. */
export function parseHello(
  buf: Uint8Array,
  start: number,
  end: number,
  client: boolean,
  cookie: boolean,
): Hello | undefined {
  if (end - start < 35) return undefined;
  const version = u16(buf, start);
  const retry = isRetry(buf, start + 2);
  let at = start + 34;
  const idEnd = at + 1 + buf[at]!;
  if (idEnd > end) return undefined;
  const sessionId = latin1(buf, at + 1, idEnd);
  at = idEnd;
  if (client && cookie) at += 1 + (buf[at] ?? 0);
  const ciphers: number[] = [];
  if (client) {
    const stop = at + 2 + u16(buf, at);
    if (stop > end) return undefined;
    for (let i = at + 2; i + 1 < stop; i += 2) ciphers.push(u16(buf, i));
    at = stop + 1 + (buf[stop] ?? 0);
  } else {
    if (at + 2 > end) return undefined;
    ciphers.push(u16(buf, at));
    // Drafts of TLS 1.3 before 22 left the compression method out.
    at += version >> 8 === 0x7f ? 2 : 3;
  }
  const hello: Hello = {
    version,
    sessionId,
    retry,
    ciphers,
    extensions: [],
    serverName: undefined,
    groups: NONE,
    pointFormats: NONE,
    signatures: NONE,
    alpn: NONE,
    versions: NONE,
    keyShares: NONE,
    ticket: false,
    preSharedKey: false,
  };
  const stop = Math.min(end, at + 2 + u16(buf, at));
  at += 2;
  while (at + 4 <= stop) {
    const type = u16(buf, at);
    const size = u16(buf, at + 2);
    if (at + 4 + size > stop) break;
    hello.extensions.push(type);
    extension(hello, type, buf, at + 4, at + 4 + size, client);
    at += 4 + size;
  }
  return hello;
}

function extension(hello: Hello, type: number, buf: Uint8Array, start: number, end: number, client: boolean): void {
  switch (type) {
    case 0:
      if (client && end - start > 5 && hello.serverName === undefined)
        hello.serverName = serverName(buf, start + 2, end);
      break;
    case 10:
      hello.groups = list16(buf, start + 2, end);
      break;
    case 11:
      hello.pointFormats = [...buf.subarray(start + 1, Math.min(end, start + 1 + (buf[start] ?? 0)))];
      break;
    case 13:
      hello.signatures = list16(buf, start + 2, end);
      break;
    case 16:
      hello.alpn = protocols(buf, start + 2, end);
      break;
    case 35:
      hello.ticket = end > start;
      break;
    case 41:
      hello.preSharedKey = true;
      break;
    case 43:
      hello.versions = client ? list16(buf, start + 1, end) : [u16(buf, start)];
      break;
    case 51:
    case 40:
      hello.keyShares = client ? shares(buf, start + 2, end) : [u16(buf, start)];
  }
}

/** The host name of a server name list in `buf[start, end)`. */
export function serverName(buf: Uint8Array, start: number, end: number): string | undefined {
  for (let i = start; i + 3 <= end; ) {
    const size = u16(buf, i + 1);
    if (i + 3 + size > end) return undefined;
    if (buf[i] === 0) return text(buf, i + 3, i + 3 + size, 512);
    i += 3 + size;
  }
  return undefined;
}

function list16(buf: Uint8Array, start: number, end: number): number[] {
  const out: number[] = [];
  for (let i = start; i + 1 < end; i += 2) out.push(u16(buf, i));
  return out;
}

function protocols(buf: Uint8Array, start: number, end: number): string[] {
  const out: string[] = [];
  for (let i = start; i < end && out.length < 64; i += 1 + buf[i]!)
    out.push(text(buf, i + 1, Math.min(end, i + 1 + buf[i]!)));
  return out;
}

function shares(buf: Uint8Array, start: number, end: number): number[] {
  const out: number[] = [];
  for (let i = start; i + 4 <= end; i += 4 + u16(buf, i + 2)) out.push(u16(buf, i));
  return out;
}
