import { latin1 } from '../bytes.js';
import { fromLatin1 } from '../text.js';
import { LineDecoder } from './decode.js';
import { type EntityHeaders, noEntityHeaders, noteEntityHeader } from './headers.js';

/** Content of one entity that is neither multipart nor a message. */
export interface EntitySink {
  data(ts: number, buf: Uint8Array, start: number, end: number): void;
  end(): void;
}

/** What a parser tells about the entities it finds. */
export interface MimeHandler {
  /** A header of an entity; `depth` counts the entities so far, 1 for the outermost. */
  header?(depth: number, name: string, value: string): void;
  /** Where the content of an entity goes. */
  leaf(depth: number, filename: string | undefined): EntitySink;
}

const MAX_BOUNDARIES = 50;
const MAX_ENTITIES = 500;

/** Takes a mail or a multipart body apart, line by line. */
export class MimeParser {
  private readonly handler: MimeHandler;
  private readonly boundaries: string[] = [];
  private entities = 0;
  private state: 'headers' | 'content' | 'between' = 'between';
  private headers: EntityHeaders = noEntityHeaders();
  private pending = '';
  private decoder: LineDecoder | undefined;
  private sink: EntitySink | undefined;

  constructor(handler: MimeHandler) {
    this.handler = handler;
  }

  /** The lines that follow begin with the headers of an entity. */
  begin(): void {
    this.entities++;
    this.headers = noEntityHeaders();
    this.state = 'headers';
  }

  /** The lines that follow are the content of a multipart entity. */
  beginParts(boundary: string): void {
    this.entities++;
    this.boundaries.push(boundary);
    this.state = 'between';
  }

  line(ts: number, buf: Uint8Array, start: number, end: number, crlf: boolean): void {
    if (
      this.boundaries.length > 0 &&
      buf[start] === 45 &&
      buf[start + 1] === 45 &&
      this.boundary(latin1(buf, start, end))
    )
      return;
    if (this.state === 'headers') this.headerLine(latin1(buf, start, end));
    else if (this.state === 'content' && this.decoder !== undefined && this.sink !== undefined) {
      const bytes = this.decoder.line(latin1(buf, start, end), crlf);
      this.sink.data(ts, bytes, 0, bytes.length);
    }
    this.last = ts;
  }

  private last = 0;

  /** The whole is over. */
  end(): void {
    if (this.state === 'headers') this.flushHeader();
    this.close();
    this.boundaries.length = 0;
    this.state = 'between';
  }

  private close(): void {
    const rest = this.decoder?.end();
    if (rest !== undefined && rest.length > 0) this.sink?.data(this.last, rest, 0, rest.length);
    this.sink?.end();
    this.sink = undefined;
    this.decoder = undefined;
  }

  private boundary(line: string): boolean {
    const text = line.slice(2).trimEnd();
    for (let i = this.boundaries.length - 1; i >= 0; i--) {
      const boundary = this.boundaries[i]!;
      const closing = text === `${boundary}--`;
      if (!closing && text !== boundary) continue;
      if (this.state === 'headers') this.flushHeader();
      this.close();
      this.boundaries.length = closing ? i : i + 1;
      this.state = 'between';
      if (!closing && this.entities < MAX_ENTITIES) this.begin();
      return true;
    }
    return false;
  }

  private headerLine(line: string): void {
    if (line === '') {
      this.flushHeader();
      this.headersDone();
    } else if (/^[ \t]/.test(line)) {
      if (this.pending.length < 16384) this.pending += ` ${line.trim()}`;
    } else {
      this.flushHeader();
      this.pending = line;
    }
  }

  private flushHeader(): void {
    const colon = this.pending.indexOf(':');
    if (colon > 0) {
      const name = this.pending.slice(0, colon).trim().toUpperCase();
      const value = this.pending.slice(colon + 1).trim();
      noteEntityHeader(this.headers, name, value);
      this.handler.header?.(this.entities, name, fromLatin1(value));
    }
    this.pending = '';
  }

  private headersDone(): void {
    const { boundary, message, filename, encoding } = this.headers;
    if (boundary !== undefined && this.boundaries.length < MAX_BOUNDARIES) {
      this.boundaries.push(boundary);
      this.state = 'between';
    } else if (message && this.entities < MAX_ENTITIES) this.begin();
    else {
      this.state = 'content';
      this.decoder = new LineDecoder(encoding);
      this.sink = this.handler.leaf(this.entities, filename);
    }
  }
}
