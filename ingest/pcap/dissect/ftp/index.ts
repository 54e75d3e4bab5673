import { latin1, startsWith } from '../bytes.js';
import type { Dissector, DissectorFactory, DissectRow, FlowContext, Probe, Session } from '../dissector.js';
import { FileTransfer } from '../files/transfer.js';
import { LineBuffer } from '../lines.js';
import { flowRow } from '../records.js';
import { fromLatin1, text } from '../text.js';
import { barEndpoint, commaEndpoint, type Endpoint } from './channels.js';
import { ftpUrl, joinPath, quotedPath } from './paths.js';

const LOGGED = new Set(['APPE', 'DELE', 'RETR', 'STOR', 'STOU', 'ACCT', 'PORT', 'PASV', 'EPRT', 'EPSV']);
const FILE_COMMANDS = new Set([
  'APPE',
  'CWD',
  'DELE',
  'MKD',
  'RETR',
  'RMD',
  'RNFR',
  'RNTO',
  'STOR',
  'STOU',
  'REST',
  'SIZE',
  'MDTM',
]);
const TRANSFERS = new Set(['APPE', 'RETR', 'STOR', 'STOU']);
const GUESTS = new Set(['anonymous', 'ftp', 'ftpuser', 'guest']);
const MAX_QUEUE = 64;
const MAX_STRAY = 200;

interface Command {
  readonly verb: string;
  readonly argument: string;
  readonly ts: number;
}

class FtpDissector implements Dissector {
  active = true;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly lines: [LineBuffer, LineBuffer] = [new LineBuffer(4096), new LineBuffer(4096)];
  private readonly pending: Command[] = [];
  /** The command that the last reply belonged to. */
  private answered: Command | undefined;
  private replied = false;
  private user: string | undefined;
  private password: string | undefined;
  private cwd = '.';
  private reply: { code: number; message: string } | undefined;
  private continued = 0;
  private channel: DissectRow = {};
  private fileSize: number | undefined;
  /** The connection that the last PASV or PORT announced. */
  private transfer: FileTransfer | undefined;
  private stray = 0;
  private holed = false;
  private inside: Dissector | undefined;

  constructor(flow: FlowContext, session: Session) {
    this.flow = flow;
    this.session = session;
  }

  get service(): string {
    return this.inside?.service === undefined ? 'ftp' : `ftp,${this.inside.service}`;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (this.inside === undefined && fromOrig && startsWith(buf, start, end, '\x16\x03') && buf[start + 5] === 1) {
      this.inside = this.session.inner(this.flow);
    }
    if (this.inside !== undefined) {
      this.inside.data(fromOrig, ts, buf, start, end);
      this.active = this.inside.active;
      return;
    }
    const lines = this.lines[fromOrig ? 0 : 1];
    for (let at = lines.next(buf, start, end); at >= 0; at = at < end && this.active ? lines.next(buf, at, end) : -1) {
      const line = text(lines.line, lines.lineStart, lines.lineEnd, 4096);
      if (fromOrig) this.request(ts, line);
      else this.response(line);
    }
  }

  gap(fromOrig: boolean, bytes: number): void {
    if (this.inside !== undefined) this.inside.gap(fromOrig, bytes);
    else {
      this.lines[fromOrig ? 0 : 1].reset();
      this.holed = true;
    }
  }

  end(ts: number): void {
    for (const command of this.pending) this.write(command);
    this.pending.length = 0;
    this.inside?.end(ts);
  }

  private request(ts: number, line: string): void {
    const match = /^([A-Za-z]{3,8})(?:[ \t]+(.*))?$/.exec(line.trimEnd());
    if (match === null) {
      if (++this.stray > MAX_STRAY) this.active = false;
      return;
    }
    if (this.answered !== undefined && this.replied) {
      this.forget(this.answered);
      this.write(this.answered);
      this.answered = undefined;
      this.replied = false;
    }
    const verb = match[1]!.toUpperCase();
    const argument = match[2] ?? '';
    this.pending.push({ verb, argument, ts });
    if (this.pending.length > MAX_QUEUE) this.write(this.pending.shift()!);
    if (verb === 'USER') this.user = argument;
    else if (verb === 'PASS') this.password = argument;
    else if (verb === 'PORT' || verb === 'EPRT') {
      const endpoint = verb === 'PORT' ? commaEndpoint(argument) : barEndpoint(argument);
      if (endpoint?.host !== undefined) this.expect(false, this.flow.resp_h, endpoint.host, endpoint.port);
    }
  }

  private response(line: string): void {
    const match = /^(\d{3})([ -]|$)(.*)$/.exec(line);
    if (match === null) {
      // Text inside a reply of several lines; anything else is no FTP, and Zeek stops here, too.
      if (this.continued === 0 && !this.holed) this.active = false;
      return;
    }
    const code = Number(match[1]);
    if (this.continued !== 0 && this.continued !== code) return;
    if (match[2] === '-') {
      this.continued = code;
      return;
    }
    this.continued = 0;
    const message = match[3]!;
    const command = this.pendingFor(message);
    this.answered = command;
    this.reply = { code, message };
    this.replied = true;
    if (command !== undefined) this.understand(command, code, message);
    if (this.pending.length > 1 && command !== undefined) {
      this.forget(command);
      this.write(command);
      this.answered = undefined;
      this.replied = false;
    }
  }

  private pendingFor(message: string): Command | undefined {
    if (this.pending.length < 2) return this.pending[0];
    return this.pending.find(({ verb }) => message.includes(verb)) ?? this.pending[0];
  }

  private understand({ verb, argument }: Command, code: number, message: string): void {
    if (code === 150 && verb === 'RETR') {
      const size = /\((\d{1,15})[ \t]/.exec(message)?.[1];
      if (size !== undefined) this.fileSize = Number(size);
    } else if (code === 213 && verb === 'SIZE') {
      const size = /\d{1,15}/.exec(message)?.[0];
      if (size !== undefined) this.fileSize = Number(size);
    } else if (code === 227 && verb === 'PASV') this.passive(commaEndpoint(message));
    else if (code === 229 && verb === 'EPSV') this.passive(barEndpoint(message));
    else if (code === 250 && verb === 'CWD') this.cwd = joinPath(this.cwd, argument);
    else if ((code === 200 || code === 250) && verb === 'CDUP') this.cwd = joinPath(this.cwd, '..');
    else if (code === 257 && (verb === 'PWD' || verb === 'XPWD')) this.cwd = quotedPath(message) ?? this.cwd;
  }

  private passive(endpoint: Endpoint | undefined): void {
    if (endpoint !== undefined) this.expect(true, this.flow.orig_h, endpoint.host ?? this.flow.resp_h, endpoint.port);
  }

  private expect(passive: boolean, orig: string, resp: string, port: number): void {
    this.channel = {
      data_channel_passive: passive,
      data_channel_orig_h: orig,
      data_channel_resp_h: resp,
      data_channel_resp_p: port,
    };
    this.session.expect(orig, resp, port, (flow) => {
      this.transfer = new FileTransfer(flow, this.session, 'ftp-data', 'FTP_DATA');
      return this.transfer;
    });
  }

  private forget(command: Command): void {
    const at = this.pending.indexOf(command);
    if (at >= 0) this.pending.splice(at, 1);
  }

  private write({ verb, argument, ts }: Command): void {
    const { flow, user, password, channel, fileSize } = this;
    const file = TRANSFERS.has(verb) ? this.transfer?.transferred : undefined;
    if (file !== undefined) this.transfer = undefined;
    this.channel = {};
    this.fileSize = undefined;
    if (!LOGGED.has(verb)) return;
    const guest = user !== undefined && GUESTS.has(user.toLowerCase());
    const arg = FILE_COMMANDS.has(verb) ? ftpUrl(flow.resp_h, this.cwd, argument) : argument;
    this.session.out.emit('ftp', {
      ...flowRow(flow, ts),
      user: user ?? '<unknown>',
      password: password === undefined || guest ? password : '<hidden>',
      command: verb,
      arg: arg === '' ? undefined : arg,
      reply_code: this.reply?.code,
      reply_msg: this.reply?.message,
      ...channel,
      file_size: fileSize,
      mime_type: file?.mime,
      fuid: file?.fuid,
    });
  }
}

function probe(fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  const head = latin1(buf, start, Math.min(end, start + 512));
  if (fromOrig) {
    if ([110, 995, 6667].includes(flow.resp_p)) return 'no';
    if (/^USER [^ \r\n]+\r?\n/i.test(head)) return 'yes';
    if (/^(?:AUTH (?:TLS|SSL)|FEAT|OPTS UTF8[^\r\n]*|SYST)\r?\n/i.test(head)) return 'yes';
    return head.length < 64 && /^(?:U|US|USE|USER[^\r\n]*|A|AU|AUT|AUTH[^\r\n]*|F|FE|FEA|FEAT)$/i.test(head)
      ? 'more'
      : 'no';
  }
  if (!'220'.startsWith(head.slice(0, 3)) && !'120'.startsWith(head.slice(0, 3))) return 'no';
  if (!head.includes('\n')) return 'more';
  if (/^220[ -](?:[^\n]*\n220[ -])*?[^\n]*\bftp/i.test(fromLatin1(head)) && !/smtp/i.test(head)) return 'yes';
  return flow.resp_p === 21 && !/smtp/i.test(head) ? 'yes' : 'more';
}

/** FTP with its data connections. */
export const dissector: DissectorFactory = {
  name: 'ftp',
  transport: 'tcp',
  order: 35,
  probe,
  create: (flow, _out, session) => new FtpDissector(flow, session),
};
