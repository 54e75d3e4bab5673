import type { FlowContext, Session } from '../dissector.js';
import { flowRow } from '../records.js';
import type { RequestLine } from './request-line.js';

const METHODS = new Set(
  (
    'GET POST HEAD OPTIONS PUT DELETE TRACE CONNECT PATCH QUERY PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK POLL REPORT ' +
    'SUBSCRIBE UNSUBSCRIBE NOTIFY BMOVE BCOPY BDELETE BPROPFIND BPROPPATCH SEARCH VERSION-CONTROL CHECKOUT CHECKIN MERGE ' +
    'MKWORKSPACE MKACTIVITY UNCHECKOUT UPDATE LABEL RPC_IN_DATA RPC_OUT_DATA'
  ).split(' '),
);

/** Oddities of one connection, each name once, with Zeek's names. */
export class HttpOddities {
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly seen = new Set<string>();

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
  }

  report(ts: number, name: string, addl?: string): void {
    if (this.seen.has(name)) return;
    this.seen.add(name);
    this.session.out.emit('weird', { ...flowRow(this.flow, ts), name, addl, notice: false, source: 'HTTP' });
  }

  /** A line that is no request; the lines after it are no news. */
  badRequest(ts: number, line: string): void {
    if (this.seen.has('bad_HTTP_request') || this.seen.has('bad_HTTP_request_with_version')) return;
    const version = /^[^\w.!-].* HTTP\/\d\.\d\s*$/.test(line);
    this.report(ts, version ? 'bad_HTTP_request_with_version' : 'bad_HTTP_request');
  }

  request(ts: number, { method, uri, version }: RequestLine): void {
    if (!METHODS.has(method)) this.report(ts, 'unknown_HTTP_method', method);
    if (uri === '') this.report(ts, 'missing_HTTP_uri');
    if (version === '0.9' && method !== 'GET') this.report(ts, 'invalid_http_09_request_method', method);
    if (uri.endsWith('%')) this.report(ts, 'illegal_%_at_end_of_URI');
    else if (/%[0-9a-fA-F]$/.test(uri)) this.report(ts, 'partial_escape_at_end_of_URI');
  }

  contentLength(ts: number, value: string): void {
    if (!/^\s*\d+/.test(value) || Number(value) >= 2 ** 63)
      this.report(ts, 'HTTP_bad_content_length', value.slice(0, 100));
    else if (/^\s*0\d/.test(value)) this.report(ts, 'HTTP_content_length_leading_zeros', value.slice(0, 100));
  }
}
