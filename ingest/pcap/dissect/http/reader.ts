import { latin1 } from '../bytes.js';
import { LineBuffer } from '../lines.js';

/** What follows the headers of a message. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' }
  | { readonly kind: 'tunnel' };

/** What a reader tells about the messages of one direction. */
export interface MessageHandler {
  /** `headers`: a message begins; `body`: one without headers; `skip`: not a start line. */
  startLine(ts: number, line: Uint8Array, start: number, end: number): 'headers' | 'body' | 'skip';
  header(ts: number, line: Uint8Array, start: number, end: number): void;
  headersDone(ts: number): Framing;
  body(ts: number, buf: Uint8Array, start: number, end: number): void;
  bodyGap(bytes: number): void;
  badChunk(ts: number, size: string): void;
  messageDone(ts: number): void;
  /** Bytes after a tunnel was opened. */
  tunnel(ts: number, buf: Uint8Array, start: number, end: number): void;
}

type State =
  | 'start'
  | 'headers'
  | 'length'
  | 'close'
  | 'chunk-size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'tunnel'
  | 'lost';

const MAX_HEADERS = 256;

/** Cuts one direction of an HTTP/1 connection into messages. */
export class MessageReader {
  private state: State = 'start';
  private left = 0;
  private headers = 0;
  private chunks = 0;
  private readonly lines = new LineBuffer(16384);
  private readonly handler: MessageHandler;

  constructor(handler: MessageHandler) {
    this.handler = handler;
  }

  /** Whether the next byte would begin a message. */
  get idle(): boolean {
    return this.state === 'start' && !this.lines.partial;
  }

  /** Everything from here on goes to `tunnel`. */
  openTunnel(): void {
    this.state = 'tunnel';
  }

  /** What follows is a body without headers, until the connection ends. */
  beginRaw(): void {
    this.state = 'close';
  }

  data(ts: number, buf: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at >= 0 && at < end) at = this.step(ts, buf, at, end);
  }

  gap(bytes: number): void {
    if (this.state === 'close') this.handler.bodyGap(bytes);
    else if ((this.state === 'length' || this.state === 'chunk') && bytes <= this.left) {
      this.handler.bodyGap(bytes);
      this.left -= bytes;
    } else if (this.state !== 'tunnel') {
      if (this.left > 0 && (this.state === 'length' || this.state === 'chunk')) this.handler.bodyGap(this.left);
      this.left = 0;
      this.state = 'lost';
      this.lines.reset();
    }
  }

  /** The direction is over: a message that lasts until then is complete. */
  end(ts: number): void {
    if (this.state === 'start' && this.lines.flush()) this.startLine(ts);
    else if (this.state === 'chunk-size' && this.lines.flush()) this.line(ts);
    if (this.state !== 'start' && this.state !== 'tunnel') this.done(ts);
    this.state = 'lost';
  }

  /** Takes one bite; the position after it, or -1 when everything is used. */
  private step(ts: number, buf: Uint8Array, at: number, end: number): number {
    switch (this.state) {
      case 'tunnel':
        this.handler.tunnel(ts, buf, at, end);
        return -1;
      case 'close':
        this.handler.body(ts, buf, at, end);
        return -1;
      case 'lost':
        // A hole in the headers: the next message may begin with a later segment.
        if (!/^(?:HTTP\/\d|[A-Z]{3,16} \S+ HTTP\/\d)/.test(latin1(buf, at, Math.min(end, at + 512)))) return -1;
        this.state = 'start';
        return at;
      case 'length':
      case 'chunk': {
        const stop = Math.min(end, at + this.left);
        this.handler.body(ts, buf, at, stop);
        this.left -= stop - at;
        if (this.left === 0) {
          if (this.state === 'length') this.done(ts);
          else this.state = 'chunk-end';
        }
        return stop;
      }
      default: {
        const next = this.lines.next(buf, at, end);
        if (next >= 0) this.line(ts);
        return next;
      }
    }
  }

  private line(ts: number): void {
    const { line, lineStart, lineEnd } = this.lines;
    switch (this.state) {
      case 'start':
        this.startLine(ts);
        return;
      case 'headers':
        if (isBlank(line, lineStart, lineEnd)) this.frame(ts);
        else if (this.headers++ < MAX_HEADERS) this.handler.header(ts, line, lineStart, lineEnd);
        return;
      case 'chunk-size':
        // An empty line where a size should be is passed over, as browsers do.
        if (!isBlank(line, lineStart, lineEnd)) this.chunk(ts, line, lineStart, lineEnd);
        return;
      case 'chunk-end':
        this.state = 'chunk-size';
        return;
      default:
        if (lineEnd === lineStart) this.done(ts);
    }
  }

  private startLine(ts: number): void {
    const { line, lineEnd } = this.lines;
    let { lineStart } = this.lines;
    while (lineStart < lineEnd && (line[lineStart] === 13 || line[lineStart] === 32)) lineStart++;
    if (lineEnd === lineStart) return;
    const answer = this.handler.startLine(ts, line, lineStart, lineEnd);
    if (answer === 'skip') return;
    this.headers = 0;
    this.state = answer === 'headers' ? 'headers' : 'close';
  }

  private frame(ts: number): void {
    const framing = this.handler.headersDone(ts);
    if (framing.kind === 'length' && framing.length > 0) {
      this.state = 'length';
      this.left = framing.length;
    } else if (framing.kind === 'chunked') {
      this.state = 'chunk-size';
      this.chunks = 0;
    } else if (framing.kind === 'close') this.state = 'close';
    else if (framing.kind === 'tunnel') {
      this.handler.messageDone(ts);
      this.state = 'tunnel';
    } else this.done(ts);
  }

  private chunk(ts: number, line: Uint8Array, start: number, end: number): void {
    const size = /^[\r \t]*([0-9a-fA-F]+)/.exec(latin1(line, start, Math.min(end, start + 40)))?.[1];
    if (size === undefined) {
      // The body is not chunked, whatever the headers say; in the middle of one there is no way to go on.
      this.state = this.chunks === 0 ? 'close' : 'lost';
      if (this.chunks === 0) this.handler.body(ts, line, start, end);
      return;
    }
    // A size beyond 64 bits wraps to nothing in the parsers that requests are smuggled past.
    const parsed = Number.parseInt(size, 16);
    if (parsed >= 2 ** 64) this.handler.badChunk(ts, size);
    this.chunks++;
    this.left = parsed >= 2 ** 64 ? 0 : Math.min(parsed, Number.MAX_SAFE_INTEGER);
    this.state = this.left === 0 ? 'trailers' : 'chunk';
  }

  private done(ts: number): void {
    this.state = 'start';
    this.handler.messageDone(ts);
  }
}

/** Whether a line holds nothing but spaces and stray carriage returns. */
function isBlank(line: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (line[i] !== 13 && line[i] !== 32 && line[i] !== 9) return false;
  return true;
}
