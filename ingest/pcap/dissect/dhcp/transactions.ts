import type { DissectRow, FlowContext, Session, SharedState } from '../dissector.js';
import { seconds } from '../records.js';
import { type DhcpMessage, dhcpTypeName } from './message.js';

const QUIET = 5e6;
const FIRST_LOOK = 10e6;
const LOOK_EVERY = 5e6;
const LONGEST = 30e6;
const MAX_OPEN = 4096;
const MAX_TYPES = 50;
const MAX_UIDS = 10;

interface Transaction {
  readonly ts: number;
  last: number;
  look: number;
  readonly row: DissectRow;
  readonly uids: string[];
  readonly types: string[];
  chaddr: string | undefined;
}

/**
 * Messages with the same transaction id become one row, whatever flows carried them. As in Zeek, a transaction is
 * looked at ten seconds after its beginning and every five seconds then, and closed when it was silent for five.
 */
export class DhcpTransactions implements SharedState {
  private readonly session: Session;
  private readonly open = new Map<number, Transaction>();
  private nextSweep = 0;

  constructor(session: Session) {
    this.session = session;
  }

  add(flow: FlowContext, fromOrig: boolean, ts: number, message: DhcpMessage): void {
    this.expire(ts, message.xid);
    let transaction = this.open.get(message.xid);
    if (transaction !== undefined && transaction.types.length >= MAX_TYPES) {
      this.close(message.xid, transaction);
      transaction = undefined;
    }
    if (transaction === undefined) {
      const row: DissectRow = { ts, uid: flow.uid };
      transaction = { ts, last: ts, look: ts + FIRST_LOOK, row, uids: [], types: [], chaddr: undefined };
      this.open.set(message.xid, transaction);
      if (this.open.size > MAX_OPEN) this.closeOldest();
    }
    transaction.last = ts;
    transaction.types.push(dhcpTypeName(message.type));
    transaction.chaddr ??= message.chaddr;
    if (!transaction.uids.includes(flow.uid) && transaction.uids.length < MAX_UIDS) transaction.uids.push(flow.uid);
    const source = fromOrig ? flow.orig_h : flow.resp_h;
    if (message.request) request(transaction.row, source, message);
    else answer(transaction.row, source, message);
  }

  finish(): void {
    for (const [xid, transaction] of this.open) this.close(xid, transaction);
  }

  /** Closes what is over; all are looked at now and then, the one that a message belongs to each time. */
  private expire(now: number, xid: number): void {
    const wanted = this.open.get(xid);
    if (wanted !== undefined) this.look(now, xid, wanted);
    if (now < this.nextSweep) return;
    this.nextSweep = now + LOOK_EVERY;
    for (const [id, transaction] of this.open) this.look(now, id, transaction);
  }

  private look(now: number, xid: number, transaction: Transaction): void {
    while (transaction.look <= now) {
      if (transaction.look - transaction.last > QUIET || transaction.look - transaction.ts > LONGEST) {
        this.close(xid, transaction);
        return;
      }
      transaction.look += LOOK_EVERY;
    }
  }

  private closeOldest(): void {
    const oldest = this.open.entries().next();
    if (!oldest.done) this.close(...oldest.value);
  }

  private close(xid: number, { row, uids, types, ts, last, chaddr }: Transaction): void {
    this.open.delete(xid);
    this.session.out.emit('dhcp', {
      ...row,
      mac: row.mac ?? chaddr,
      uids,
      msg_types: types,
      duration: seconds(ts, last),
    });
  }
}

const NOWHERE = '0.0.0.0';
const BROADCAST = '255.255.255.255';

function request(row: DissectRow, source: string, message: DhcpMessage): void {
  if (source !== NOWHERE) row.client_addr = source;
  if (message.message !== undefined) row.client_message = message.message;
  if (message.hostName !== undefined) row.host_name = message.hostName;
  if (message.fqdn !== undefined) row.client_fqdn = message.fqdn;
  if (message.clientMac !== undefined) row.mac = message.clientMac;
  if (message.requested !== undefined) row.requested_addr = message.requested;
}

function answer(row: DissectRow, source: string, message: DhcpMessage): void {
  if (message.message !== undefined) row.server_message = message.message;
  row.server_addr = source === NOWHERE || source === BROADCAST ? message.serverId : source;
  row.mac ??= message.chaddr;
  if (message.yiaddr !== NOWHERE) {
    row.assigned_addr = message.yiaddr;
    row.client_addr ??= message.yiaddr;
  }
  if (message.domain !== undefined) row.domain = message.domain;
  if (message.lease !== undefined) row.lease_time = message.lease;
}

/** The transactions of a session: `session.shared(dhcpTransactions)`. */
export function dhcpTransactions(session: Session): DhcpTransactions {
  return new DhcpTransactions(session);
}
