import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { FlowContext, Session } from '../dissector.js';
import { type FileInfo, FileTracker } from '../files/tracker.js';
import { LineBuffer } from '../lines.js';
import { MimeParser } from '../mime/parser.js';
import { type BodyBudget, bodyBudget } from './budget.js';
import type { BodyHeaders } from './headers.js';

const MAX_COMPRESSED = 1 << 20;
const MAX_PLAIN = 16 << 20;
const MAX_PARTS = 500;

/** The body of a message: its length as Zeek counts it (decompressed) and the files it carries. */
export class Body {
  length = 0;
  readonly files: FileTracker[] = [];
  private readonly encoding: string | undefined;
  private readonly single: FileTracker | undefined;
  private readonly lines: LineBuffer | undefined;
  private readonly parts: MimeParser | undefined;
  private packed: Uint8Array[] | undefined;
  private kept = 0;
  private ts = 0;
  private readonly budget: BodyBudget;

  /** `nextFile` numbers the files of the flow. */
  constructor(flow: FlowContext, session: Session, nextFile: () => number, info: FileInfo, headers: BodyHeaders) {
    this.encoding = headers.encoding;
    this.budget = session.shared(bodyBudget);
    if (this.encoding !== undefined) this.packed = [];
    if ((headers.boundary !== undefined || headers.message) && this.encoding === undefined) {
      this.lines = new LineBuffer(16384);
      this.parts = new MimeParser({
        leaf: (_depth, filename) => {
          const file = new FileTracker(flow, session, nextFile(), { ...info, filename, total: undefined });
          if (this.files.length < MAX_PARTS) this.files.push(file);
          return file;
        },
      });
      if (headers.boundary === undefined) this.parts.begin();
      else this.parts.beginParts(headers.boundary);
      return;
    }
    this.single = new FileTracker(
      flow,
      session,
      nextFile(),
      this.encoding === undefined ? info : { ...info, total: undefined },
    );
    this.files.push(this.single);
  }

  data(ts: number, buf: Uint8Array, start: number, end: number): void {
    this.ts = ts;
    if (this.packed === undefined) {
      this.length += end - start;
      this.single?.data(ts, buf, start, end);
      this.split(ts, buf, start, end);
      return;
    }
    const size = end - start;
    const room = this.kept + size <= MAX_COMPRESSED && this.budget.take(size);
    this.packed.push(buf.slice(start, end));
    if (room) this.kept += size;
    else this.unpack();
  }

  gap(bytes: number): void {
    if (this.packed !== undefined) this.unpack();
    this.length += bytes;
    this.single?.gap(bytes);
  }

  end(): void {
    if (this.packed !== undefined) this.unpack();
    this.parts?.end();
    this.single?.end();
  }

  private split(ts: number, buf: Uint8Array, start: number, end: number): void {
    const { lines, parts } = this;
    if (lines === undefined || parts === undefined) return;
    for (let at = lines.next(buf, start, end); at >= 0; at = at < end ? lines.next(buf, at, end) : -1) {
      parts.line(ts, lines.line, lines.lineStart, lines.lineEnd, lines.crlf);
    }
  }

  /** What comes after this is counted as it is. */
  private unpack(): void {
    const packed = Buffer.concat(this.packed!);
    this.packed = undefined;
    this.budget.give(this.kept);
    this.kept = 0;
    if (packed.length === 0) return;
    const out = inflate(packed, this.encoding!) ?? packed;
    this.length += out.length;
    this.single?.data(this.ts, out, 0, out.length);
  }
}

function inflate(packed: Buffer, encoding: string): Buffer | undefined {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_PLAIN };
  // Servers send raw deflate data under both names.
  const ways = encoding === 'gzip' ? [gunzipSync, inflateRawSync] : [inflateSync, inflateRawSync];
  for (const way of ways) {
    try {
      return way(packed, options);
    } catch {
      // not this format, or damaged: the next way, else the bytes as they are
    }
  }
  return undefined;
}
