import { constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { FlowContext, Session } from '../dissector.js';
import { type FileInfo, FileTracker } from '../files/tracker.js';

const MAX_COMPRESSED = 1 << 20;
const MAX_PLAIN = 16 << 20;

/** The body of a message: its length as Zeek counts it (decompressed) and the file it carries. */
export class Body {
  length = 0;
  readonly file: FileTracker;
  private readonly encoding: string | undefined;
  private parts: Uint8Array[] | undefined;
  private kept = 0;
  private ts = 0;

  constructor(flow: FlowContext, session: Session, n: number, info: FileInfo, encoding: string | undefined) {
    this.file = new FileTracker(flow, session, n, encoding === undefined ? info : { ...info, total: undefined });
    this.encoding = encoding;
    if (encoding !== undefined) this.parts = [];
  }

  data(ts: number, buf: Uint8Array, start: number, end: number): void {
    this.ts = ts;
    if (this.parts === undefined) {
      this.length += end - start;
      this.file.data(ts, buf, start, end);
      return;
    }
    this.parts.push(buf.slice(start, end));
    this.kept += end - start;
    if (this.kept > MAX_COMPRESSED) this.unpack(true);
  }

  gap(bytes: number): void {
    if (this.parts !== undefined) this.unpack(true);
    this.length += bytes;
    this.file.gap(bytes);
  }

  end(): void {
    if (this.parts !== undefined) this.unpack(false);
    this.file.end();
  }

  /** `early`: more follows that will not be unpacked and counts as it is. */
  private unpack(early: boolean): void {
    const packed = Buffer.concat(this.parts!);
    this.parts = undefined;
    if (packed.length === 0) return;
    const plain = inflate(packed, this.encoding!);
    const out = plain ?? packed;
    this.length += out.length;
    this.file.data(this.ts, out, 0, out.length);
    if (early) this.file.gap(0);
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
