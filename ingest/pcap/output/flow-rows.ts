import { COMMUNITY_ID_BYTES, CommunityId } from '../flow/community-id.js';
import {
  type ConnState,
  isAbortedAttempt,
  isEstablished,
  outcomeOf,
  tcpConnState,
  udpConnState,
} from '../flow/conn-state.js';
import {
  B_MAC,
  B_STATE,
  D_BYTES,
  D_FIRST,
  D_IP_BYTES,
  D_LAST,
  D_MISSED,
  FLAG_FLIPPED,
  FLAG_MAC,
  FLAG_MIDSTREAM,
  I_ADDR,
  I_FLAGS,
  I_PKTS,
  I_PORTS,
  I_PROTO,
  I_VLAN,
  RESET,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
} from '../flow/layout.js';
import type { Ended } from '../flow/lifetimes.js';
import { streamBytes } from '../flow/sequence.js';
import { type FlowTable, HISTORY_BYTES } from '../flow/table.js';
import { ADDRESS_BYTES, writeAddress, writeMac } from './address.js';
import {
  BoolColumn,
  type ColumnBatch,
  DoubleColumn,
  Int32Column,
  Int64Column,
  StringColumn,
  StringListColumn,
} from './columns.js';
import { UID_BYTES, UidWriter } from './uid.js';

const MAC_BYTES = 17;

const PROTO_NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp', 132: 'sctp' };

/** What the table does not know about a flow. */
export interface FlowIdentity {
  /** Index of the file that holds the flow's first packet. */
  file: number;
  /** Number of the flow in that file, in order of first packets, from 0. */
  row: number;
  /** The uid, or what writes it from the row. */
  uid: string | UidWriter | undefined;
  service: string | undefined;
  tunnelParents: readonly string[] | undefined;
}

/** Collects finished flows as columns named after `flows`; `file` is the index of the capture in the series. */
export class FlowRows {
  private readonly file = new Int32Column('file', 'int32');
  private readonly row = new Int64Column('row', 'int64');
  private readonly uid = new StringColumn('uid');
  private readonly ts = new Int64Column('ts', 'timestamp');
  private readonly duration = new DoubleColumn('duration', 'double');
  private readonly origH = new StringColumn('orig_h');
  private readonly origP = new Int32Column('orig_p', 'int32');
  private readonly respH = new StringColumn('resp_h');
  private readonly respP = new Int32Column('resp_p', 'int32');
  private readonly proto = new StringColumn('proto');
  private readonly service = new StringColumn('service');
  private readonly connState = new StringColumn('conn_state');
  private readonly history = new StringColumn('history');
  private readonly origBytes = new Int64Column('orig_bytes', 'int64');
  private readonly respBytes = new Int64Column('resp_bytes', 'int64');
  private readonly missed = new Int64Column('missed_bytes', 'int64');
  private readonly origPkts = new Int64Column('orig_pkts', 'int64');
  private readonly respPkts = new Int64Column('resp_pkts', 'int64');
  private readonly origIp = new Int64Column('orig_ip_bytes', 'int64');
  private readonly respIp = new Int64Column('resp_ip_bytes', 'int64');
  private readonly origSize = new Int64Column('orig_size', 'int64');
  private readonly respSize = new Int64Column('resp_size', 'int64');
  private readonly established = new BoolColumn('established', 'bool');
  private readonly outcome = new StringColumn('outcome');
  private readonly orientation = new StringColumn('orientation');
  private readonly ended = new StringColumn('ended');
  private readonly origMac = new StringColumn('orig_l2_addr');
  private readonly respMac = new StringColumn('resp_l2_addr');
  private readonly vlan = new Int32Column('vlan', 'int32');
  private readonly innerVlan = new Int32Column('inner_vlan', 'int32');
  private readonly parents = new StringListColumn('tunnel_parents');
  private readonly community = new StringColumn('community_id');
  private readonly extra = new StringColumn('extra');
  private readonly communityId: CommunityId;

  /** @param communitySeed seed of the Community ID */
  constructor(communitySeed = 0) {
    this.communityId = new CommunityId(communitySeed);
  }

  get length(): number {
    return this.row.length;
  }

  add(t: FlowTable, f: number, ended: Ended | 'open', who: FlowIdentity): void {
    const r = f * STRIDE_I;
    const d = f * STRIDE_D;
    const c = f * STRIDE_BYTES;
    const i = t.i;
    const proto = i[r + I_PROTO]!;
    const flags = i[r + I_FLAGS]!;
    const tcp = proto === 6;
    const origPkts = i[r + I_PKTS]!;
    const respPkts = i[r + I_PKTS + 1]!;
    const orig = tcp ? streamBytes(t, f, 0) : Math.max(0, t.d[d + D_BYTES]!);
    const resp = tcp ? streamBytes(t, f, 1) : Math.max(0, t.d[d + D_BYTES + 1]!);
    let state: ConnState = 'OTH';
    if (tcp) {
      const origState = t.b[c + B_STATE]!;
      const aborted = origState === RESET && isAbortedAttempt(t.history(f));
      state = tcpConnState(origState, t.b[c + B_STATE + 1]!, orig, resp, aborted);
    }
    if (proto === 17) state = udpConnState(t.d[d + D_BYTES]! >= 0, t.d[d + D_BYTES + 1]! >= 0);
    const established = isEstablished(tcp, state, orig, resp, origPkts, respPkts);
    const ports = i[r + I_PORTS]!;
    const micros = t.d[d + D_LAST]! - t.d[d + D_FIRST]!;
    // As in Zeek: what lasted no time has neither a duration nor payload counts.
    const lasted = micros > 0;

    this.file.push(who.file);
    this.row.push(who.row);
    if (who.uid instanceof UidWriter) {
      const at = this.uid.room(UID_BYTES);
      who.uid.write(who.row, this.uid.bytes, at);
      this.uid.pushTo(at + UID_BYTES);
    } else this.uid.push(who.uid);
    this.ts.push(t.d[d + D_FIRST]!);
    this.duration.push(lasted ? micros / 1e6 : undefined);
    this.address(this.origH, i, r + I_ADDR);
    this.origP.push(ports >>> 16);
    this.address(this.respH, i, r + I_ADDR + 4);
    this.respP.push(ports & 0xffff);
    this.proto.push(PROTO_NAMES[proto] ?? 'unknown_transport');
    this.service.push(who.service);
    this.connState.push(state);
    const from = this.history.room(HISTORY_BYTES);
    const to = t.writeHistory(f, this.history.bytes, from, HISTORY_BYTES);
    if (to > from) this.history.pushTo(to);
    else this.history.push(undefined);
    this.origBytes.push(lasted ? orig : undefined);
    this.respBytes.push(lasted ? resp : undefined);
    this.missed.push(t.d[d + D_MISSED]!);
    this.origPkts.push(origPkts);
    this.respPkts.push(respPkts);
    this.origIp.push(t.d[d + D_IP_BYTES]!);
    this.respIp.push(t.d[d + D_IP_BYTES + 1]!);
    this.origSize.push(t.d[d + D_IP_BYTES]!);
    this.respSize.push(t.d[d + D_IP_BYTES + 1]!);
    this.established.push(established);
    this.outcome.push(outcomeOf(tcp, state, established, origPkts, respPkts));
    const guessed = (flags & (FLAG_FLIPPED | FLAG_MIDSTREAM)) !== 0;
    this.orientation.push(guessed ? 'guessed' : 'seen');
    this.ended.push(ended);
    const mac = (flags & FLAG_MAC) !== 0;
    this.mac(this.origMac, mac, t.b, c + B_MAC);
    this.mac(this.respMac, mac, t.b, c + B_MAC + 6);
    const vlan = i[r + I_VLAN]!;
    this.vlan.push((vlan & 0xffff) !== 0 ? vlan & 0xffff : undefined);
    this.innerVlan.push(vlan >>> 16 !== 0 ? vlan >>> 16 : undefined);
    this.parents.push(who.tunnelParents);
    const id = this.community.room(COMMUNITY_ID_BYTES);
    const { bytes } = this.community;
    this.community.pushTo(this.communityId.write(i, r + I_ADDR, proto, ports >>> 16, ports & 0xffff, bytes, id));
    this.extra.push(PROTO_NAMES[proto] === undefined ? `{"ip_proto":${proto}}` : undefined);
  }

  private address(column: StringColumn, words: Int32Array, at: number): void {
    const pos = column.room(ADDRESS_BYTES);
    column.pushTo(writeAddress(words, at, column.bytes, pos));
  }

  private mac(column: StringColumn, known: boolean, buf: Uint8Array, at: number): void {
    if (!known) column.push(undefined);
    else {
      const pos = column.room(MAC_BYTES);
      column.pushTo(writeMac(buf, at, column.bytes, pos));
    }
  }

  /** The rows so far as a batch; the builder starts again. */
  take(): ColumnBatch {
    const length = this.length;
    const columns = [
      this.file,
      this.row,
      this.uid,
      this.ts,
      this.duration,
      this.origH,
      this.origP,
      this.respH,
      this.respP,
      this.proto,
      this.service,
      this.connState,
      this.history,
      this.origBytes,
      this.respBytes,
      this.missed,
      this.origPkts,
      this.respPkts,
      this.origIp,
      this.respIp,
      this.origSize,
      this.respSize,
      this.established,
      this.outcome,
      this.orientation,
      this.ended,
      this.origMac,
      this.respMac,
      this.vlan,
      this.innerVlan,
      this.parents,
      this.community,
      this.extra,
    ].map((column) => column.take());
    return { table: 'flows', length, columns };
  }
}
