import { latin1 } from '../bytes.js';
import { fromLatin1 } from '../text.js';
import type { Body } from './body.js';
import type { HttpDissector } from './connection.js';
import { noHeaders, noteHeader } from './headers.js';
import type { Framing, MessageHandler } from './reader.js';

/** What requests and responses have in common. */
abstract class Side implements MessageHandler {
  protected readonly connection: HttpDissector;
  protected readonly fromOrig: boolean;
  protected headers = noHeaders();
  protected message: Body | undefined;
  private name = '';
  private value = '';

  constructor(connection: HttpDissector, fromOrig: boolean) {
    this.connection = connection;
    this.fromOrig = fromOrig;
  }

  abstract startLine(ts: number, line: Uint8Array, start: number, end: number): 'headers' | 'body' | 'skip';
  protected abstract framing(ts: number): Framing;

  header(ts: number, line: Uint8Array, start: number, end: number): void {
    const raw = latin1(line, start, end);
    if (/^[ \t]/.test(raw)) {
      if (this.value.length < 8192) this.value += ` ${raw.trim()}`;
      return;
    }
    this.flushHeader(ts);
    const colon = raw.indexOf(':');
    if (colon < 0) return;
    this.name = raw.slice(0, colon).trim().toUpperCase();
    this.value = raw.slice(colon + 1).trim();
  }

  headersDone(ts: number): Framing {
    this.flushHeader(ts);
    const framing = this.framing(ts);
    if (framing.kind === 'length' || framing.kind === 'chunked' || framing.kind === 'close') {
      this.message = this.connection.newBody(this.fromOrig, this.headers);
    }
    return framing;
  }

  body(ts: number, buf: Uint8Array, start: number, end: number): void {
    if (this.message === undefined) this.message = this.connection.newBody(this.fromOrig, noHeaders());
    this.message.data(ts, buf, start, end);
  }

  bodyGap(bytes: number): void {
    this.message?.gap(bytes);
  }

  badChunk(ts: number, size: string): void {
    this.connection.oddities.report(ts, 'HTTP_bad_chunk_size', size);
  }

  messageDone(ts: number): void {
    const { message } = this;
    this.message = undefined;
    this.connection.done(this.fromOrig, ts, message);
  }

  tunnel(ts: number, buf: Uint8Array, start: number, end: number): void {
    this.connection.tunnel(this.fromOrig, ts, buf, start, end);
  }

  protected begin(): void {
    this.headers = noHeaders();
    this.message = undefined;
  }

  private flushHeader(ts: number): void {
    if (this.name === '') return;
    noteHeader(this.headers, this.name, this.value);
    this.connection.header(this.fromOrig, ts, this.name, fromLatin1(this.value));
    this.name = '';
    this.value = '';
  }
}

/** The client's messages. */
export class Requests extends Side {
  constructor(connection: HttpDissector) {
    super(connection, true);
  }

  startLine(ts: number, line: Uint8Array, start: number, end: number): 'headers' | 'body' | 'skip' {
    const version = this.connection.request(ts, line, start, end);
    if (version === undefined) return 'skip';
    this.begin();
    return 'headers';
  }

  protected framing(): Framing {
    if (this.headers.chunked) return { kind: 'chunked' };
    return this.headers.length === undefined ? { kind: 'none' } : { kind: 'length', length: this.headers.length };
  }
}

/** The server's messages. */
export class Responses extends Side {
  private code = 0;
  private method: string | undefined;

  constructor(connection: HttpDissector) {
    super(connection, false);
  }

  startLine(ts: number, line: Uint8Array, start: number, end: number): 'headers' | 'body' | 'skip' {
    const status = this.connection.response(ts, line, start, end);
    if (status === undefined) return 'skip';
    this.begin();
    this.code = status.code;
    this.method = status.method;
    return 'headers';
  }

  protected framing(ts: number): Framing {
    const { code, headers } = this;
    if (this.method === 'CONNECT' && code === 200) {
      this.connection.openTunnel(ts);
      return { kind: 'tunnel' };
    }
    if (code === 101) {
      this.connection.upgrade(ts, headers.upgrade);
      return { kind: headers.upgrade === 'websocket' ? 'tunnel' : 'none' };
    }
    if (this.method === 'HEAD' || (code >= 100 && code < 200) || code === 204 || code === 304) return { kind: 'none' };
    if (headers.chunked) return { kind: 'chunked' };
    return headers.length === undefined ? { kind: 'close' } : { kind: 'length', length: headers.length };
  }
}
