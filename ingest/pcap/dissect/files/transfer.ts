import type { Dissector, FlowContext, Session } from '../dissector.js';
import { FileTracker } from './tracker.js';

/** A file on its own connection. */
export class FileTransfer implements Dissector {
  readonly service: string;
  private readonly source: string;
  active = true;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private file: FileTracker | undefined;

  /** `source` is the protocol in `files`. */
  constructor(flow: FlowContext, session: Session, service: string, source: string) {
    this.service = service;
    this.source = source;
    this.flow = flow;
    this.session = session;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    this.file ??= new FileTracker(this.flow, this.session, 0, { source: this.source, fromOrig });
    this.file.data(ts, buf, start, end);
  }

  gap(_fromOrig: boolean, bytes: number): void {
    this.file?.gap(bytes);
  }

  end(): void {
    this.file?.end();
  }

  /** What came so far; undefined before the first byte. */
  get transferred(): { fuid: string; mime: string | undefined } | undefined {
    return this.file && { fuid: this.file.fuid, mime: this.file.mimeType };
  }
}
