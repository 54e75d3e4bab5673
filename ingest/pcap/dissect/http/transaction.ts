import type { DissectRow, FlowContext } from '../dissector.js';
import { flowRow } from '../records.js';

/** Files listed per direction, as in Zeek; `files` has them all. */
const MAX_FILES = 15;

/** One request with its response, on the way to a row of `http`. */
export class Transaction {
  readonly row: DissectRow;
  private readonly origFuids: string[] = [];
  private readonly respFuids: string[] = [];
  private readonly origMimes: string[] = [];
  private readonly respMimes: string[] = [];
  private readonly proxied: string[] = [];

  constructor(flow: FlowContext, ts: number, depth: number) {
    this.row = { ...flowRow(flow, ts), trans_depth: depth, request_body_len: 0, response_body_len: 0 };
  }

  file(fromOrig: boolean, fuid: string, mime: string | undefined): void {
    if ((fromOrig ? this.origFuids : this.respFuids).length >= MAX_FILES) return;
    (fromOrig ? this.origFuids : this.respFuids).push(fuid);
    if (mime !== undefined) (fromOrig ? this.origMimes : this.respMimes).push(mime);
  }

  proxy(header: string): void {
    if (this.proxied.length < 16 && !this.proxied.includes(header)) this.proxied.push(header);
  }

  finished(): DissectRow {
    const { row } = this;
    if (this.proxied.length > 0) row.proxied = this.proxied;
    if (this.origFuids.length > 0) row.orig_fuids = this.origFuids;
    if (this.respFuids.length > 0) row.resp_fuids = this.respFuids;
    if (this.origMimes.length > 0) row.orig_mime_types = this.origMimes;
    if (this.respMimes.length > 0) row.resp_mime_types = this.respMimes;
    return row;
  }
}
