import { u16 } from '../bytes.js';
import type { Dissector, DissectorFactory, DissectRow, FlowContext, Probe, RecordEmitter } from '../dissector.js';
import { ByteQueue } from '../queue.js';
import { seconds } from '../records.js';
import { ANSWER, Message, QUESTION } from './message.js';
import { className, codeName, knownType, netbiosName, typeName } from './names.js';
import { answerText } from './rdata.js';
import { updateTexts } from './update.js';

const PORTS = new Set([53, 137, 5353, 5355]);
const UPDATE = 5;
const MAX_PENDING = 256;

/** The message that is being looked at. */
const message = new Message();
/** The payload that {@link probe} has just parsed into it. */
let probed: Uint8Array | undefined;
let probedStart = 0;
let probedEnd = 0;

function parse(buf: Uint8Array, start: number, end: number): boolean {
  const known = probed === buf && probedStart === start && probedEnd === end;
  probed = undefined;
  return known || message.parse(buf, start, end);
}

/** One transaction: a row of `dns`, whose columns it has in the order of the table. */
class Transaction {
  [column: string]: DissectRow[string];
  readonly uid: string;
  readonly ts: number;
  readonly orig_h: string;
  readonly orig_p: number;
  readonly resp_h: string;
  readonly resp_p: number;
  readonly proto: string;
  readonly trans_id: number;
  rtt: number | undefined = undefined;
  query: string | undefined = undefined;
  qclass_name: string | undefined = undefined;
  qtype_name: string | undefined = undefined;
  rcode_name: string | undefined = undefined;
  AA = false;
  TC = false;
  RD = false;
  RA = false;
  answers: string[] | undefined = undefined;
  ttls: number[] | undefined = undefined;
  rejected = false;

  constructor(flow: FlowContext, ts: number, id: number) {
    this.uid = flow.uid;
    this.ts = ts;
    this.orig_h = flow.orig_h;
    this.orig_p = flow.orig_p;
    this.resp_h = flow.resp_h;
    this.resp_p = flow.resp_p;
    this.proto = flow.proto;
    this.trans_id = id;
  }
}

class DnsDissector implements Dissector {
  service: string | undefined;
  active = true;
  private readonly flow: FlowContext;
  private readonly out: RecordEmitter;
  private readonly streams: [ByteQueue, ByteQueue] | undefined;
  private readonly pending: Transaction[] = [];

  constructor(flow: FlowContext, out: RecordEmitter) {
    this.flow = flow;
    this.out = out;
    if (flow.proto === 'tcp') this.streams = [new ByteQueue(1 << 18), new ByteQueue(1 << 18)];
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (this.streams === undefined) {
      this.message(ts, buf, start, end);
      return;
    }
    const queue = this.streams[fromOrig ? 0 : 1];
    if (!queue.push(buf, start, end)) {
      this.active = false;
      return;
    }
    while (queue.length >= 2) {
      const size = u16(queue.buf, queue.start);
      if (queue.length < 2 + size) return;
      this.message(ts, queue.buf, queue.start + 2, queue.start + 2 + size);
      queue.drop(2 + size);
    }
  }

  gap(): void {
    if (this.streams !== undefined) this.active = false;
  }

  end(): void {
    for (const transaction of this.pending.splice(0)) this.out.emit('dns', transaction);
  }

  private message(ts: number, buf: Uint8Array, start: number, end: number): void {
    if (!parse(buf, start, end)) return;
    this.service = 'dns';
    if (message.opcode !== 0 && message.opcode !== UPDATE) return;
    if (message.response) this.reply(ts, buf);
    else this.query(ts, buf);
  }

  private query(ts: number, buf: Uint8Array): void {
    const row = new Transaction(this.flow, ts, message.id);
    const question = message.found[QUESTION]! - 1;
    if (message.opcode === UPDATE && this.flow.resp_p !== 137) {
      const { texts, ttls, name } = updateTexts(buf, message);
      row.query = name ?? (question < 0 ? undefined : message.nameOf(question));
      if (texts.length > 0) {
        row.answers = texts;
        row.ttls = ttls;
      }
    } else if (question >= 0) {
      const netbios = this.flow.resp_p === 137;
      const name = message.nameOf(question);
      const type = message.type[question]!;
      row.query = netbios ? netbiosName(name) : name;
      row.qclass_name = className(message.qclass[question]!);
      row.qtype_name = netbios && type === 33 ? 'NBSTAT' : typeName(type);
      row.RD = message.rd;
      row.TC = message.tc;
    }
    this.pending.push(row);
    if (this.pending.length > MAX_PENDING) this.out.emit('dns', this.pending.shift()!);
  }

  private reply(ts: number, buf: Uint8Array): void {
    const asked = this.take(message.id);
    const row = asked ?? new Transaction(this.flow, ts, message.id);
    const { counts } = message;
    row.rcode_name = codeName(message.rcode);
    row.rejected = message.found[QUESTION]! > 0 && counts[1]! + counts[2]! + counts[3]! === 0;
    if (message.opcode !== UPDATE) this.answers(ts, buf, row, asked !== undefined);
    else if (asked !== undefined) row.rtt = seconds(asked.ts, ts);
    this.out.emit('dns', row);
  }

  /** The first query with this number that waits for its answer. */
  private take(id: number): Transaction | undefined {
    const { pending } = this;
    for (let k = 0; k < pending.length; k++) {
      if (pending[k]!.trans_id !== id) continue;
      return pending.length === 1 ? pending.pop() : pending.splice(k, 1)[0];
    }
    return undefined;
  }

  private answers(ts: number, buf: Uint8Array, row: Transaction, asked: boolean): void {
    const first = message.first[ANSWER]!;
    for (let record = first; record < first + message.found[ANSWER]!; record++) {
      const answer = answerText(buf, message, record);
      if (answer === undefined) continue;
      if (row.query === undefined) row.query = message.nameOf(record);
      row.AA = message.aa;
      row.RA = message.ra;
      if (asked && row.rtt === undefined && ts > row.ts) row.rtt = seconds(row.ts, ts);
      if (answer === '') continue;
      row.answers ??= [];
      row.ttls ??= [];
      row.answers.push(answer);
      row.ttls.push(message.ttlOf(record));
    }
  }
}

/** Whether a whole message outside the usual ports looks like DNS beyond doubt. */
function surely(end: number): boolean {
  if (!message.complete || message.end !== end || message.counts[0] !== 1) return false;
  if (message.opcode !== 0 || message.z > 3 || !knownType(message.type[QUESTION]!)) return false;
  const qclass = message.qclass[QUESTION]!;
  return (qclass & 0x7fff) === 1 || qclass === 3 || qclass === 255;
}

function probe(_fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  probed = undefined;
  let from = start;
  let to = end;
  if (flow.proto === 'tcp') {
    if (end - start < 14) return end - start >= 1 && buf[start]! > 0x10 ? 'no' : 'more';
    const size = u16(buf, start);
    if (size < 12) return 'no';
    if (end - start < 2 + size && size <= 1500) return 'more';
    from = start + 2;
    to = Math.min(end, from + size);
    if (!message.parse(buf, from, to) || message.found[QUESTION] === 0) return 'no';
    if (usual(flow)) {
      if (message.counts[0]! >= 32) return 'no';
    } else if (!surely(from + size)) return 'no';
  } else {
    if (!message.parse(buf, from, to)) return 'no';
    const [questions, answers] = message.counts;
    if (usual(flow)) {
      const nothing = message.found[QUESTION] === 0 && message.found[ANSWER] === 0;
      if (nothing && questions! > 0) return 'no';
      if (questions! + answers! === 0 && !message.response) return 'no';
    } else if (!surely(end)) return 'no';
  }
  probed = buf;
  probedStart = from;
  probedEnd = to;
  return 'yes';
}

function usual(flow: FlowContext): boolean {
  return PORTS.has(flow.resp_p) || PORTS.has(flow.orig_p);
}

/** DNS over UDP and TCP, mDNS, LLMNR and NetBIOS names. */
export const dissector: DissectorFactory = {
  name: 'dns',
  transport: 'both',
  order: 50,
  probe,
  create: (flow, out) => new DnsDissector(flow, out),
};
