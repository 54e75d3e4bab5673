import type { DissectRow, FlowContext, Session } from '../dissector.js';
import { FileTracker } from '../files/tracker.js';
import { type EntitySink, MimeParser } from '../mime/parser.js';
import { flowRow } from '../records.js';
import { softwareTracker } from '../software/tracker.js';
import { addresses, findAddress } from './addresses.js';

const MAX_PATH = 100;
const MAX_ADDRESSES = 100;

/** One mail transaction on the way to a row of `smtp`. */
export class Mail {
  readonly row: DissectRow;
  /** Whether the client did anything worth a record. */
  worthwhile = false;
  private readonly flow: FlowContext;
  private readonly session: Session;
  private readonly fuids: string[] = [];
  private readonly path: string[];
  private readonly nextFile: () => number;
  private parser: MimeParser | undefined;
  private ts: number;

  constructor(
    flow: FlowContext,
    session: Session,
    ts: number,
    depth: number,
    helo: string | undefined,
    nextFile: () => number,
  ) {
    this.flow = flow;
    this.session = session;
    this.ts = ts;
    this.nextFile = nextFile;
    this.path = [flow.resp_h, flow.orig_h];
    this.row = { ...flowRow(flow, ts), trans_depth: depth, helo, tls: false };
  }

  recipient(argument: string): void {
    const known = (this.row.rcptto as string[] | undefined) ?? [];
    for (const address of addresses(argument))
      if (!known.includes(address) && known.length < MAX_ADDRESSES) known.push(address);
    this.row.rcptto = known;
    this.worthwhile = true;
  }

  sender(argument: string): void {
    const [address] = addresses(argument);
    if (address !== undefined) this.row.mailfrom = address;
    this.worthwhile = true;
  }

  /** A line of the mail itself, dots already unstuffed. */
  line(ts: number, buf: Uint8Array, start: number, end: number, crlf: boolean): void {
    this.ts = ts;
    if (this.parser === undefined) {
      this.parser = new MimeParser({
        // Headers of attached mails are not this mail's.
        header: (depth, name, value) => {
          if (depth === 1) this.header(name, value);
        },
        leaf: (depth, filename) => this.leaf(depth, filename),
      });
      this.parser.begin();
    }
    this.parser.line(ts, buf, start, end, crlf);
  }

  /** The mail is complete. */
  endData(): void {
    this.parser?.end();
    this.parser = undefined;
  }

  finished(): DissectRow {
    this.endData();
    this.row.path = this.path;
    this.row.fuids = this.fuids;
    return this.row;
  }

  private leaf(depth: number, filename: string | undefined): EntitySink {
    const file = new FileTracker(this.flow, this.session, this.nextFile(), {
      source: 'SMTP',
      fromOrig: true,
      depth,
      filename,
    });
    let listed = false;
    return {
      data: (ts, buf, start, end) => {
        if (!listed && end > start && this.fuids.length < 500) {
          listed = true;
          this.fuids.push(file.fuid);
        }
        file.data(ts, buf, start, end);
      },
      end: () => file.end(),
    };
  }

  private header(name: string, value: string): void {
    const { row } = this;
    switch (name) {
      case 'MESSAGE-ID':
        row.msg_id = value;
        break;
      case 'RECEIVED':
        if (row.first_received !== undefined) row.second_received = row.first_received;
        row.first_received = value;
        this.hop(value);
        break;
      case 'IN-REPLY-TO':
        row.in_reply_to = value;
        break;
      case 'SUBJECT':
        row.subject = value;
        break;
      case 'FROM':
        row.from = value;
        break;
      case 'REPLY-TO':
        row.reply_to = value;
        break;
      case 'DATE':
        row.date = value;
        break;
      case 'TO':
        row.to = merged(row.to as string[] | undefined, value.split(/\s*,\s*/));
        break;
      case 'CC':
        row.cc = merged(row.cc as string[] | undefined, addresses(value));
        break;
      case 'X-ORIGINATING-IP':
        row.x_originating_ip = findAddress(value);
        break;
      case 'X-MAILER':
      case 'USER-AGENT':
      case 'X-USER-AGENT':
        row.user_agent = value;
        this.session.shared(softwareTracker).report(this.ts, this.flow.orig_h, undefined, 'SMTP::MAIL_CLIENT', value);
    }
  }

  private hop(value: string): void {
    const address = findAddress(value);
    if (address !== undefined && this.path.at(-1) !== address && this.path.length < MAX_PATH) this.path.push(address);
  }
}

function merged(known: string[] | undefined, more: string[]): string[] {
  const all = known ?? [];
  for (const item of more) if (item !== '' && !all.includes(item) && all.length < MAX_ADDRESSES) all.push(item);
  return all;
}
