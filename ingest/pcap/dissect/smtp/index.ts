import { latin1, startsWith } from '../bytes.js';
import type { Dissector, DissectorFactory, FlowContext, Probe, Session } from '../dissector.js';
import { LineBuffer } from '../lines.js';
import { fromLatin1, text } from '../text.js';
import { Mail } from './mail.js';

const MAX_QUEUE = 256;
const MAX_STRAY = 100;

class SmtpDissector implements Dissector {
  active = true;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly lines: [LineBuffer, LineBuffer] = [new LineBuffer(8192), new LineBuffer(4096)];
  private readonly content = new LineBuffer(8192);
  private mail: Mail | undefined;
  private helo: string | undefined;
  private transferred = 0;
  private files = 0;
  /** Commands without a reply yet. */
  private readonly commands: string[] = [];
  private inData = false;
  private chunkLeft = 0;
  private lastChunk = false;
  private stray = 0;
  private inside: Dissector | undefined;

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
  }

  get service(): string {
    return this.inside?.service === undefined ? 'smtp' : `smtp,${this.inside.service}`;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (this.inside === undefined && fromOrig && !this.inData && this.chunkLeft === 0 && isTls(buf, start, end)) {
      this.startTls(ts);
    }
    if (this.inside !== undefined) {
      this.inside.data(fromOrig, ts, buf, start, end);
      this.active = this.inside.active;
      return;
    }
    const lines = this.lines[fromOrig ? 0 : 1];
    let at = start;
    while (at >= 0 && at < end && this.active) {
      if (fromOrig && this.chunkLeft > 0) {
        at = this.chunk(ts, buf, at, end);
        continue;
      }
      at = lines.next(buf, at, end);
      if (at < 0) return;
      const { line, lineStart, lineEnd, crlf } = lines;
      if (!fromOrig) this.reply(ts, latin1(line, lineStart, lineEnd));
      else if (this.inData) this.dataLine(ts, line, lineStart, lineEnd, crlf);
      else this.command(ts, line, lineStart, lineEnd);
    }
  }

  gap(fromOrig: boolean, bytes: number): void {
    if (this.inside !== undefined) this.inside.gap(fromOrig, bytes);
    else if (fromOrig && this.chunkLeft > 0) this.chunkLeft = Math.max(0, this.chunkLeft - bytes);
    else this.lines[fromOrig ? 0 : 1].reset();
  }

  end(ts: number): void {
    this.flush();
    this.inside?.end(ts);
  }

  private current(ts: number): Mail {
    this.mail ??= new Mail(this.flow, this.session, ts, this.transferred + 1, this.helo, () => this.files++);
    return this.mail;
  }

  /** Writes the current mail if there is anything to it. */
  private flush(): void {
    const { mail } = this;
    if (mail === undefined || !mail.worthwhile) return;
    this.session.out.emit('smtp', mail.finished());
    this.mail = undefined;
  }

  private command(ts: number, line: Uint8Array, start: number, end: number): void {
    const raw = text(line, start, end, 2048);
    const space = raw.indexOf(' ');
    const verb = (space < 0 ? raw : raw.slice(0, space)).toUpperCase();
    const argument = space < 0 ? '' : raw.slice(space + 1).trim();
    if (!/^[A-Z]{3,12}$/.test(verb)) {
      if (++this.stray > MAX_STRAY) this.active = false;
    }
    if (this.commands.length < MAX_QUEUE) this.commands.push(verb);
    const mail = this.current(ts);
    switch (verb) {
      case 'HELO':
      case 'EHLO':
      case 'LHLO':
        this.helo = argument;
        mail.row.helo = argument;
        break;
      case 'MAIL':
        if (!/^from:/i.test(argument)) break;
        this.flush();
        this.current(ts).sender(argument.slice(5));
        break;
      case 'RCPT':
        if (/^to:/i.test(argument)) mail.recipient(argument.slice(3));
        break;
      case 'DATA':
        this.inData = true;
        break;
      case 'BDAT':
        this.startChunk(ts, argument);
    }
  }

  private startChunk(ts: number, argument: string): void {
    const match = /^(\d{1,15})(?:\s+(last))?\s*$/i.exec(argument);
    if (match === null) return;
    this.chunkLeft = Number(match[1]);
    this.lastChunk = match[2] !== undefined;
    if (this.chunkLeft === 0 && this.lastChunk) this.endChunk(ts);
  }

  private chunk(ts: number, buf: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + this.chunkLeft);
    const lines = this.content;
    for (let at = start; at < stop; ) {
      const next = lines.next(buf, at, stop);
      if (next < 0) break;
      this.current(ts).line(ts, lines.line, lines.lineStart, lines.lineEnd, lines.crlf);
      at = next;
    }
    this.chunkLeft -= stop - start;
    if (this.chunkLeft === 0 && this.lastChunk) this.endChunk(ts);
    return stop;
  }

  private endChunk(ts: number): void {
    const lines = this.content;
    if (lines.flush()) this.current(ts).line(ts, lines.line, lines.lineStart, lines.lineEnd, false);
    this.mail?.endData();
    this.commands.pop();
    this.commands.push('.');
  }

  private dataLine(ts: number, line: Uint8Array, start: number, end: number, crlf: boolean): void {
    const dot = line[start] === 46;
    if (dot && end - start === 1) {
      this.inData = false;
      this.mail?.endData();
      if (this.commands.length < MAX_QUEUE) this.commands.push('.');
      return;
    }
    this.current(ts).line(ts, line, dot ? start + 1 : start, end, crlf);
  }

  private reply(ts: number, raw: string): void {
    const match = /^(\d{3})([ -]?)(.*)$/.exec(raw);
    if (match === null) return;
    const [, code, separator, message] = match;
    const mail = this.current(ts);
    mail.row.last_reply = fromLatin1(`${code} ${message}`);
    if (separator === '-') return;
    const verb = this.commands.shift();
    if (verb === 'DATA' && !code!.startsWith('3')) this.inData = false;
    if (verb === 'STARTTLS' && code === '220') this.startTls(ts);
    if (verb !== '.') return;
    this.transferred++;
    this.flush();
    this.mail = undefined;
  }

  private startTls(ts: number): void {
    const mail = this.current(ts);
    mail.row.tls = true;
    mail.worthwhile = true;
    this.inside = this.session.inner(this.flow);
  }
}

function isTls(buf: Uint8Array, start: number, end: number): boolean {
  return startsWith(buf, start, end, '\x16\x03') && end - start > 5 && buf[start + 5] === 1;
}

function probe(fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  const head = latin1(buf, start, Math.min(end, start + 512));
  if (fromOrig) {
    if (/^(?:EHLO|HELO|LHLO)[ \r\n]/i.test(head)) return 'yes';
    if (/^MAIL FROM:/i.test(head)) return 'yes';
    return /^(?:e|eh|ehl|ehlo|h|he|hel|helo|l|lh|lhl|lhlo|m|ma|mai|mail|mail f[rom]*)$/i.test(head) ? 'more' : 'no';
  }
  if (!'220'.startsWith(head.slice(0, 3))) return 'no';
  if (!head.includes('\n')) return 'more';
  if (/^220[ -][^\n]*(?:e?smtp|\bmail\b|postfix|sendmail|exim|exchange)/i.test(head)) return 'yes';
  return [25, 465, 587, 2525].includes(flow.resp_p) && !/ftp/i.test(head) ? 'yes' : 'more';
}

/** SMTP. */
export const dissector: DissectorFactory = {
  name: 'smtp',
  transport: 'tcp',
  order: 30,
  probe,
  create: (flow, _out, session) => new SmtpDissector(flow, session),
};
