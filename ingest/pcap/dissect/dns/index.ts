import { u16 } from '../bytes.js';
import type { Dissector, DissectorFactory, DissectRow, FlowContext, Probe, RecordEmitter } from '../dissector.js';
import { ByteQueue } from '../queue.js';
import { flowRow, seconds } from '../records.js';
import { type Message, parseMessage } from './message.js';
import { className, codeName, knownType, netbiosName, typeName } from './names.js';
import { answerText } from './rdata.js';
import { updateTexts } from './update.js';

const PORTS = new Set([53, 137, 5353, 5355]);
const UPDATE = 5;
const MAX_PENDING = 256;

/** A query that waits for its answer. */
interface Transaction {
  readonly id: number;
  readonly ts: number;
  readonly row: DissectRow;
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
    for (const { row } of this.pending) this.out.emit('dns', row);
    this.pending.length = 0;
  }

  private message(ts: number, buf: Uint8Array, start: number, end: number): void {
    const message = parseMessage(buf, start, end);
    if (message === undefined) return;
    this.service = 'dns';
    if (message.opcode !== 0 && message.opcode !== UPDATE) return;
    if (message.response) this.reply(ts, buf, start, message);
    else this.query(ts, buf, message);
  }

  private query(ts: number, buf: Uint8Array, message: Message): void {
    const row = this.newRow(ts, message);
    const question = message.questions.at(-1);
    if (message.opcode === UPDATE && this.flow.resp_p !== 137) {
      const { texts, ttls, name } = updateTexts(buf, message);
      row.query = name ?? question?.name;
      if (texts.length > 0) Object.assign(row, { answers: texts, ttls });
    } else if (question !== undefined) {
      const netbios = this.flow.resp_p === 137;
      row.query = netbios ? netbiosName(question.name) : question.name;
      row.qclass_name = className(question.qclass);
      row.qtype_name = netbios && question.type === 33 ? 'NBSTAT' : typeName(question.type);
      row.RD = message.rd;
      row.TC = message.tc;
    }
    this.pending.push({ id: message.id, ts, row });
    if (this.pending.length > MAX_PENDING) this.out.emit('dns', this.pending.shift()!.row);
  }

  private reply(ts: number, buf: Uint8Array, base: number, message: Message): void {
    const at = this.pending.findIndex((t) => t.id === message.id);
    const transaction = at < 0 ? undefined : this.pending.splice(at, 1)[0];
    const row = transaction?.row ?? this.newRow(ts, message);
    row.rcode_name = codeName(message.rcode);
    const [, answers, authority, additional] = message.counts;
    row.rejected = message.questions.length > 0 && answers + authority + additional === 0;
    if (message.opcode === UPDATE) {
      if (transaction !== undefined) row.rtt = seconds(transaction.ts, ts);
    } else this.answers(ts, buf, base, message, row, transaction);
    this.out.emit('dns', row);
  }

  private answers(
    ts: number,
    buf: Uint8Array,
    base: number,
    message: Message,
    row: DissectRow,
    transaction: Transaction | undefined,
  ): void {
    const texts: string[] = [];
    const ttls: number[] = [];
    for (const record of message.answers) {
      const answer = answerText(buf, base, record);
      if (answer === undefined) continue;
      if (row.query === undefined) row.query = record.name;
      row.AA = message.aa;
      row.RA = message.ra;
      if (transaction !== undefined && row.rtt === undefined && ts > transaction.ts)
        row.rtt = seconds(transaction.ts, ts);
      if (answer === '') continue;
      texts.push(answer);
      ttls.push(record.ttl);
    }
    if (texts.length > 0) Object.assign(row, { answers: texts, ttls });
  }

  private newRow(ts: number, message: Message): DissectRow {
    const row = flowRow(this.flow, ts);
    row.proto = this.flow.proto;
    row.trans_id = message.id;
    row.AA = row.TC = row.RD = row.RA = row.rejected = false;
    return row;
  }
}

/** Whether a whole message outside the usual ports looks like DNS beyond doubt. */
function surely(message: Message, end: number): boolean {
  const question = message.questions[0];
  if (!message.complete || message.end !== end || question === undefined || message.counts[0] !== 1) return false;
  if (message.opcode !== 0 || message.z > 3 || !knownType(question.type)) return false;
  return (question.qclass & 0x7fff) === 1 || question.qclass === 3 || question.qclass === 255;
}

function probe(_fromOrig: boolean, buf: Uint8Array, start: number, end: number, flow: FlowContext): Probe {
  if (flow.proto === 'tcp') {
    if (end - start < 14) return end - start >= 1 && buf[start]! > 0x10 ? 'no' : 'more';
    const size = u16(buf, start);
    if (size < 12) return 'no';
    if (end - start < 2 + size && size <= 1500) return 'more';
    const message = parseMessage(buf, start + 2, Math.min(end, start + 2 + size));
    if (message === undefined || message.questions.length === 0) return 'no';
    if (PORTS.has(flow.resp_p) || PORTS.has(flow.orig_p)) return message.counts[0] < 32 ? 'yes' : 'no';
    return surely(message, start + 2 + size) ? 'yes' : 'no';
  }
  const message = parseMessage(buf, start, end);
  if (message === undefined) return 'no';
  if (!PORTS.has(flow.resp_p) && !PORTS.has(flow.orig_p)) return surely(message, end) ? 'yes' : 'no';
  const [questions, answers] = message.counts;
  if (message.questions.length < questions && message.answers.length === 0 && message.questions.length === 0)
    return 'no';
  return questions + answers > 0 || message.response ? 'yes' : 'no';
}

/** DNS over UDP and TCP, mDNS, LLMNR and NetBIOS names. */
export const dissector: DissectorFactory = {
  name: 'dns',
  transport: 'both',
  order: 50,
  probe,
  create: (flow, out) => new DnsDissector(flow, out),
};
