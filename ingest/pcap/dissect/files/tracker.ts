import { createHash, type Hash } from 'node:crypto';
import type { FlowContext, Session } from '../dissector.js';
import { fileId, flowRow, seconds } from '../records.js';
import { MAGIC_BYTES, mimeType } from './mime.js';

/** What is known about a file before its first byte. */
export interface FileInfo {
  readonly source: string;
  readonly fromOrig: boolean;
  readonly depth?: number;
  readonly filename?: string | undefined;
  readonly total?: number | undefined;
  readonly parent?: string | undefined;
}

/** One file on its way through a flow; becomes a row of `files` when it ends. */
export class FileTracker {
  readonly fuid: string;
  filename: string | undefined;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly info: FileInfo;
  private first = -1;
  private last = 0;
  private seen = 0;
  private missing = 0;
  private headSize = 0;
  private head: Uint8Array | undefined = new Uint8Array(64);
  private mime: string | undefined;
  private hashes: [Hash, Hash, Hash] | undefined;

  /** `n` counts the files of the flow. */
  constructor(flow: FlowContext, session: Session, n: number, info: FileInfo) {
    this.flow = flow;
    this.session = session;
    this.info = info;
    this.fuid = fileId(flow, n);
    this.filename = info.filename;
    if (session.options.hashFiles) this.hashes = [createHash('md5'), createHash('sha1'), createHash('sha256')];
  }

  /** Bytes seen so far. */
  get size(): number {
    return this.seen;
  }

  /** Kind by content; final once the beginning is there or the file has ended. */
  get mimeType(): string | undefined {
    this.settle();
    return this.mime;
  }

  data(ts: number, buf: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    if (this.first < 0) this.first = ts;
    this.last = ts;
    this.seen += end - start;
    if (this.hashes !== undefined) for (const hash of this.hashes) hash.update(buf.subarray(start, end));
    if (this.head === undefined || this.missing > 0) return;
    const n = Math.min(end - start, MAGIC_BYTES - this.headSize);
    if (this.headSize + n > this.head.length) {
      const grown = new Uint8Array(Math.min(MAGIC_BYTES, Math.max(256, this.headSize + n)));
      grown.set(this.head.subarray(0, this.headSize));
      this.head = grown;
    }
    this.head.set(buf.subarray(start, start + n), this.headSize);
    this.headSize += n;
    if (this.headSize >= MAGIC_BYTES) this.settle();
  }

  gap(bytes: number): void {
    this.missing += bytes;
    this.hashes = undefined;
  }

  /** Writes the row; files without a byte leave none. */
  end(): void {
    if (this.seen === 0) return;
    this.settle();
    const { flow, info } = this;
    const { uid, ts, orig_h, orig_p, resp_h, resp_p } = flowRow(flow, this.first);
    const [tx, rx] = info.fromOrig ? [flow.orig_h, flow.resp_h] : [flow.resp_h, flow.orig_h];
    const whole = this.missing === 0 ? this.hashes : undefined;
    const analyzers = whole === undefined ? [] : ['MD5', 'SHA1', 'SHA256'];
    this.session.out.emit('files', {
      ts,
      fuid: this.fuid,
      uid,
      orig_h,
      orig_p,
      resp_h,
      resp_p,
      tx_hosts: [tx],
      rx_hosts: [rx],
      conn_uids: [flow.uid],
      source: info.source,
      depth: info.depth ?? 0,
      analyzers,
      mime_type: this.mime,
      filename: this.filename,
      duration: seconds(this.first, this.last),
      is_orig: info.fromOrig,
      seen_bytes: this.seen,
      total_bytes: info.total,
      missing_bytes: this.missing,
      overflow_bytes: 0,
      timedout: false,
      parent_fuid: info.parent,
      md5: whole?.[0].digest('hex'),
      sha1: whole?.[1].digest('hex'),
      sha256: whole?.[2].digest('hex'),
    });
  }

  private settle(): void {
    if (this.head === undefined) return;
    this.mime = mimeType(this.head.subarray(0, this.headSize));
    this.head = undefined;
  }
}
