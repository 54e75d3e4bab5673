import { latin1 } from '../bytes.js';
import type { Dissector, FlowContext, Session } from '../dissector.js';
import { tunnelRow } from '../records.js';
import { softwareTracker } from '../software/tracker.js';
import { fromLatin1 } from '../text.js';
import { Body } from './body.js';
import { type BodyHeaders, isProxyHeader } from './headers.js';
import { MessageReader } from './reader.js';
import { parseRequestLine, parseStatusLine, unescapeUri } from './request-line.js';
import { Requests, Responses } from './sides.js';
import { Transaction } from './transaction.js';
import { WebSocketReader } from './websocket.js';
import { HttpOddities } from './weird.js';

const MAX_PENDING = 256;

/** One HTTP/1 connection: requests and responses are numbered apart and meet under the same number, as in Zeek. */
export class HttpDissector implements Dissector {
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly readers: [MessageReader, MessageReader];
  private readonly pending = new Map<number, Transaction>();
  private requests = 0;
  private responses = 0;
  private depth = 0;
  private files = 0;
  private readonly methods: { method: string; version: string }[] = [];
  readonly oddities: HttpOddities;
  private inside: Dissector | undefined;
  private upgraded = false;
  private frames: [WebSocketReader, WebSocketReader] | undefined;

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
    this.oddities = new HttpOddities(flow, session);
    this.readers = [new MessageReader(new Requests(this)), new MessageReader(new Responses(this))];
  }

  get service(): string {
    const inner = this.inside?.service;
    return ['http', ...(this.frames === undefined ? [] : ['websocket']), ...(inner === undefined ? [] : [inner])].join(
      ',',
    );
  }

  get active(): boolean {
    return !this.upgraded && (this.inside === undefined || this.inside.active);
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (!fromOrig && this.methods[0]?.version === '0.9' && this.readers[1].idle) this.oldReply(ts);
    this.readers[fromOrig ? 0 : 1].data(ts, buf, start, end);
  }

  gap(fromOrig: boolean, bytes: number): void {
    if (this.inside !== undefined) {
      if (this.frames?.[fromOrig ? 0 : 1].gap(bytes) === false) this.upgraded = true;
      this.inside.gap(fromOrig, bytes);
    } else this.readers[fromOrig ? 0 : 1].gap(bytes);
  }

  end(ts: number): void {
    this.readers[0].end(ts);
    this.readers[1].end(ts);
    for (const transaction of this.pending.values()) this.session.out.emit('http', transaction.finished());
    this.pending.clear();
    this.inside?.end(ts);
  }

  /** The transaction of the current request or response; made when there is none. */
  current(fromOrig: boolean, ts: number): Transaction {
    const n = fromOrig ? this.requests : this.responses;
    let transaction = this.pending.get(n);
    if (transaction === undefined) {
      transaction = new Transaction(this.flow, ts, ++this.depth);
      this.pending.set(n, transaction);
      this.shed();
    }
    return transaction;
  }

  request(ts: number, line: Uint8Array, start: number, end: number): string | undefined {
    const parsed = parseRequestLine(line, start, end);
    if (parsed === undefined) {
      this.oddities.badRequest(ts, latin1(line, start, Math.min(end, start + 256)));
      return undefined;
    }
    this.oddities.request(ts, parsed);
    this.requests++;
    const { row } = this.current(true, ts);
    row.method = parsed.method;
    row.uri = unescapeUri(parsed.uri);
    if (this.methods.length < MAX_PENDING) this.methods.push(parsed);
    return parsed.version;
  }

  /** The method that the response answers; undefined when the line is no status line. */
  response(
    ts: number,
    line: Uint8Array,
    start: number,
    end: number,
  ): { method: string | undefined; code: number } | undefined {
    const parsed = parseStatusLine(line, start, end);
    if (parsed === undefined) return undefined;
    const { code, reason, version } = parsed;
    const before = this.pending.get(this.responses)?.row.status_code as number | undefined;
    const informational = before !== undefined && before >= 100 && before < 200;
    if (!informational) this.responses++;
    const { row } = this.current(false, ts);
    row.status_code = code;
    row.status_msg = reason;
    row.version = version;
    return { method: this.methods[0]?.method, code };
  }

  /** The response to a request without a version is a body and nothing else, whatever it looks like (as in Zeek). */
  private oldReply(ts: number): void {
    this.methods.shift();
    this.responses++;
    Object.assign(this.current(false, ts).row, { status_code: 0, status_msg: '<empty>', version: '0.9' });
    this.readers[1].beginRaw();
  }

  header(fromOrig: boolean, ts: number, name: string, value: string): void {
    const transaction = this.current(fromOrig, ts);
    const { row } = transaction;
    if (isProxyHeader(name) && fromOrig) transaction.proxy(`${name} -> ${value}`);
    if (name === 'CONTENT-LENGTH') this.oddities.contentLength(ts, value);
    const software = this.session.shared(softwareTracker);
    if (!fromOrig) {
      if (name === 'SERVER') software.report(ts, this.flow.resp_h, this.flow.resp_p, 'HTTP::SERVER', value);
      else if (name === 'X-POWERED-BY')
        software.report(ts, this.flow.resp_h, this.flow.resp_p, 'HTTP::APPSERVER', value);
      return;
    }
    if (name === 'HOST') row.host = value;
    else if (name === 'REFERER') row.referrer = value;
    else if (name === 'ORIGIN') row.origin = value;
    else if (name === 'USER-AGENT') {
      row.user_agent = value;
      software.report(ts, this.flow.orig_h, undefined, 'HTTP::BROWSER', value);
    } else if (name === 'AUTHORIZATION' || name === 'PROXY-AUTHORIZATION') {
      const basic = /^basic\s+([A-Za-z0-9+/=]+)/i.exec(value)?.[1];
      if (basic !== undefined)
        row.username = fromLatin1(Buffer.from(basic, 'base64').toString('latin1').split(':')[0]!);
    }
  }

  newBody(fromOrig: boolean, headers: BodyHeaders): Body {
    const total = headers.chunked ? undefined : headers.length;
    const info = { source: 'HTTP', fromOrig, filename: headers.filename, total };
    return new Body(this.flow, this.session, () => this.files++, info, headers);
  }

  /** A message is complete. */
  done(fromOrig: boolean, ts: number, body: Body | undefined): void {
    body?.end();
    const known = this.pending.has(fromOrig ? this.requests : this.responses);
    if (!known) return;
    const transaction = this.current(fromOrig, ts);
    for (const file of body?.files ?? []) if (file.size > 0) transaction.file(fromOrig, file.fuid, file.mimeType);
    transaction.row[fromOrig ? 'request_body_len' : 'response_body_len'] = body?.length ?? 0;
    if (fromOrig) return;
    const code = transaction.row.status_code as number | undefined;
    if (code !== undefined && code >= 100 && code < 200) return;
    this.methods.shift();
    this.pending.delete(this.responses);
    this.session.out.emit('http', transaction.finished());
  }

  /** From here on the connection carries something else. */
  openTunnel(ts: number): void {
    if (this.frames === undefined) this.session.out.emit('tunnel', tunnelRow(this.flow, ts, 'Tunnel::HTTP'));
    this.inside = this.session.inner(this.flow);
    for (const reader of this.readers) reader.openTunnel();
  }

  /** The server has agreed to change the protocol. */
  upgrade(ts: number, protocol: string | undefined): void {
    if (protocol !== 'websocket') {
      this.upgraded = true;
      return;
    }
    this.frames = [new WebSocketReader(), new WebSocketReader()];
    this.openTunnel(ts);
  }

  tunnel(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const { inside, frames } = this;
    if (inside?.active !== true) return;
    if (frames === undefined) inside.data(fromOrig, ts, buf, start, end);
    else {
      frames[fromOrig ? 0 : 1].data(buf, start, end, (bytes) => {
        if (inside.active) inside.data(fromOrig, ts, bytes, 0, bytes.length);
      });
    }
  }

  private shed(): void {
    if (this.pending.size <= MAX_PENDING) return;
    const oldest = this.pending.entries().next();
    if (oldest.done) return;
    this.pending.delete(oldest.value[0]);
    this.session.out.emit('http', oldest.value[1].finished());
  }
}
