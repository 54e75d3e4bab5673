import { fold16, pseudoSum, sum16 } from '../decode/checksum.js';
import { type Frame, PROTO } from '../decode/frame.js';
import { OutOfOrder } from './blocks.js';
import { icmpCounterpart } from './icmp.js';
import {
  B_MAC,
  B_STATE,
  B_TUNNEL_CHANGES,
  CLOSED,
  COUNT_CHECKSUM,
  D_BYTES,
  D_FIRST,
  D_IP_BYTES,
  D_KILL_AT,
  D_LAST,
  D_NEXT,
  D_PARENT,
  D_SERIAL,
  D_TRIM,
  FLAG_BLOCKS,
  FLAG_CLOSED,
  FLAG_FLIPPED,
  FLAG_MAC,
  FLAG_MIDSTREAM,
  FLAG_ONE_WAY,
  FLAG_PARENTS,
  HIST_DATA,
  HIST_UNKNOWN,
  I_FLAGS,
  I_PKTS,
  I_START_SEQ,
  I_STREAM,
  I_VLAN,
  INACTIVE,
  RESET,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
  SYN_ACK_SENT,
  SYN_SENT,
} from './layout.js';
import { DEFAULT_SERVER_PORTS, portFlags, type ServerPorts } from './server-ports.js';
import { FlowTable, flowHash } from './table.js';
import { TcpMachine } from './tcp.js';
import { TCP_ACK, TCP_SYN } from './tcp-flags.js';
import { LETTER, scaledLetter } from './tcp-history.js';
import type { StreamSink } from './tcp-streams.js';
import { DEFAULT_TIMEOUTS, Deadlines, type Timeouts } from './timeouts.js';
import { type WeirdName, Weirds } from './weirds.js';
import { TimerWheel } from './wheel.js';

/** Why a flow left the table. */
export type Ended = 'closed' | 'timeout' | 'eof' | 'evicted';

/** `ignore` does not look at transport checksums, `count` counts wrong ones, `enforce` drops their packets as Zeek does. */
export type ChecksumMode = 'ignore' | 'count' | 'enforce';

export interface FlowOptions {
  timeouts?: Partial<Timeouts>;
  checksums?: ChecksumMode;
  serverPorts?: ServerPorts;
  /** Flows held at the same time; above it idle flows leave as `evicted`. */
  maxFlows?: number;
  /** Bytes of out-of-order payload held over all flows. */
  outOfOrderBytes?: number;
}

/** Receives flows and payload. A flow's record is valid until `flowEnded` returns. */
export interface FlowListener extends StreamSink {
  /** A flow begins; the result is its stream slot, -1 when the payload is of no interest. */
  flowStarted(f: number, proto: number): number;
  /** One datagram; payload in `buf[start, end)`. */
  datagram(slot: number, f: number, dir: number, ts: number, buf: Uint8Array, start: number, end: number): void;
  flowEnded(f: number, ended: Ended): void;
  /** Something odd about a flow, each kind once. */
  weird?(f: number, name: WeirdName): void;
}

/** Changes of the encapsulation that are followed; more give the letter X. */
const MAX_TUNNEL_CHANGES = 5;
const EVICTION_SAMPLE = 16;

/** Keeps the flow table: finds or starts the flow of each packet, updates it, ends flows. */
export class Flows {
  readonly table: FlowTable;
  readonly tcp: TcpMachine;
  readonly counters = {
    tcp: 0,
    udp: 0,
    icmp: 0,
    other: 0,
    badChecksums: 0,
    truncatedHeaders: 0,
    badHeaders: 0,
    evicted: 0,
    streamsGivenUp: 0,
  };
  /** False when the last packet was dropped for its header or checksum. */
  accepted = true;
  /** Flows started so far; the serial of the next one. */
  started = 0;
  /** Other encapsulations of a flow beside the first, by flow. */
  readonly parents = new Map<number, number[]>();
  private readonly weirds: Weirds;
  private readonly wheel: TimerWheel;
  private readonly deadlines: Deadlines;
  private readonly blocks: OutOfOrder;
  private readonly tcpServers: Uint8Array;
  private readonly udpServers: Uint8Array;
  private readonly checksums: ChecksumMode;
  private readonly key = new Int32Array(8);
  private nextSecond = Number.NEGATIVE_INFINITY;
  private clock = 0;
  private hand = 0;
  private readonly due = (f: number): void => {
    const deadline = this.deadlines.of(this.table, f);
    if (deadline <= this.clock) this.finish(f, this.closing(f) ? 'closed' : 'timeout');
    else this.wheel.add(f, deadline);
  };

  constructor(
    private readonly listener: FlowListener,
    options: FlowOptions = {},
  ) {
    const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    this.table = new FlowTable(options.maxFlows ?? 400_000);
    this.blocks = new OutOfOrder(options.outOfOrderBytes ?? 32 << 20);
    const report = listener.weird ? (f: number, name: WeirdName) => listener.weird?.(f, name) : undefined;
    this.weirds = new Weirds(this.table, report);
    this.tcp = new TcpMachine(this.table, this.blocks, listener, this.weirds);
    this.tcp.closeDelay = timeouts.tcpClose * 1e6;
    this.wheel = new TimerWheel(this.table);
    this.deadlines = new Deadlines(timeouts);
    this.checksums = options.checksums ?? 'count';
    const ports = options.serverPorts ?? DEFAULT_SERVER_PORTS;
    this.tcpServers = portFlags(ports.tcp);
    this.udpServers = portFlags(ports.udp);
  }

  /** Packet time moves on: flows that are over leave. */
  tick(ts: number): void {
    // Most packets fall into the second of the one before.
    if (ts < this.nextSecond && ts >= this.nextSecond - 1e6) return;
    const before = this.clock;
    this.clock = ts;
    if (this.wheel.advance(ts, this.due)) this.nextSecond = (Math.floor(ts / 1e6) + 1) * 1e6;
    else this.clock = before;
  }

  /** Take the transport layer of a decoded packet; the result is its flow, or -1 when it has none. */
  packet(frame: Frame): number {
    this.accepted = true;
    switch (frame.proto) {
      case PROTO.TCP:
        return this.tcpPacket(frame);
      case PROTO.UDP:
        return this.udpPacket(frame);
      case PROTO.ICMP:
      case PROTO.ICMPV6:
        return this.icmpPacket(frame);
      default:
        return this.otherPacket(frame);
    }
  }

  /** Flows still in the table, in order of their first packets. */
  remaining(): number[] {
    const order: number[] = [];
    for (let f = 0; f < this.table.high; f++) if (this.table.isLive(f)) order.push(f);
    order.sort((a, b) => this.table.d[a * STRIDE_D + D_SERIAL]! - this.table.d[b * STRIDE_D + D_SERIAL]!);
    return order;
  }

  /** End one of the remaining flows: the capture is over. */
  endOfCapture(f: number): void {
    if (this.deadlines.of(this.table, f) <= this.clock) this.finish(f, this.closing(f) ? 'closed' : 'timeout');
    else this.finish(f, this.closing(f) ? 'closed' : 'eof');
  }

  private tcpPacket(frame: Frame): number {
    const buf = frame.buf;
    const at = frame.l4At;
    if (frame.l4Len < 20 || frame.l4End - at < 20) {
      this.counters.truncatedHeaders++;
      return -1;
    }
    this.counters.tcp++;
    const ports = u32(buf, at);
    const flags = buf[at + 13]!;
    const seq = u32(buf, at + 4);
    const hash = flowHash(frame.addr, ports, PROTO.TCP);
    let found = this.table.find(hash, frame.addr, ports, PROTO.TCP, false);
    if (found >= 0) {
      const f = found >> 1;
      if (this.over(f, frame.ts)) found = -1;
      else if ((flags & TCP_SYN) !== 0 && this.reused(f, flags, seq)) {
        this.finish(f, 'closed');
        found = -1;
      } else this.encapsulation(f, frame);
    }
    if (found < 0) {
      const bits = (flags & (TCP_SYN | TCP_ACK)) === TCP_SYN ? 0 : FLAG_MIDSTREAM;
      found = this.start(frame, hash, ports, PROTO.TCP, bits, this.flipTcp(ports, flags));
    }
    const f = found >> 1;
    let dir = found & 1;
    const header = (buf[at + 12]! >> 4) << 2;
    if (header < 20 || header > frame.l4Len || at + header > frame.l4End) {
      this.accepted = false;
      this.counters.badHeaders++;
      this.weirds.add(f, 'bad_TCP_header_len');
      return f;
    }
    if (this.badChecksum(frame, f, dir, PROTO.TCP)) return f;
    const window = (buf[at + 14]! << 8) | buf[at + 15]!;
    const kill = this.table.d[f * STRIDE_D + D_KILL_AT]!;
    const attempt = this.attempting(f);
    dir = this.tcp.packet(
      f,
      dir,
      seq,
      u32(buf, at + 8),
      flags,
      window,
      frame.l4Len - header,
      frame.ts,
      buf,
      at + header,
      frame.l4End,
    );
    this.count(f, dir, frame.ipLen);
    // The deadline came nearer or moved away from the few seconds of an attempt.
    if (this.table.d[f * STRIDE_D + D_KILL_AT] !== kill || (attempt && !this.attempting(f))) this.refile(f);
    return f;
  }

  private udpPacket(frame: Frame): number {
    const buf = frame.buf;
    const at = frame.l4At;
    if (frame.l4Len < 8 || frame.l4End - at < 8) {
      this.counters.truncatedHeaders++;
      return -1;
    }
    this.counters.udp++;
    const ports = u32(buf, at);
    const hash = flowHash(frame.addr, ports, PROTO.UDP);
    let found = this.lookup(frame, hash, ports, PROTO.UDP, false);
    if (found < 0) {
      const flip = this.udpServers[ports >>> 16] === 1 && this.udpServers[ports & 0xffff] === 0;
      found = this.start(frame, hash, ports, PROTO.UDP, 0, flip);
    }
    const f = found >> 1;
    const dir = found & 1;
    if ((buf[at + 6] !== 0 || buf[at + 7] !== 0 || frame.addr[2] !== 0xffff) && this.badChecksum(frame, f, dir, 17)) {
      return f;
    }
    const declared = (buf[at + 4]! << 8) | buf[at + 5]!;
    if (declared !== frame.l4Len) this.weirds.add(f, 'UDP_datagram_length_mismatch');
    this.table.d[f * STRIDE_D + D_LAST] = frame.ts;
    this.table.checkHistory(f, dir, HIST_DATA, LETTER.DATA);
    this.addBytes(f, dir, (declared < 8 ? frame.l4Len : declared) - 8);
    this.count(f, dir, frame.ipLen);
    this.payload(frame, f, dir, at + 8);
    return f;
  }

  private icmpPacket(frame: Frame): number {
    const buf = frame.buf;
    const at = frame.l4At;
    if (frame.l4Len < 8 || frame.l4End - at < 8) {
      this.counters.truncatedHeaders++;
      return -1;
    }
    this.counters.icmp++;
    const proto = frame.proto;
    const type = buf[at]!;
    const counterpart = icmpCounterpart(proto === PROTO.ICMPV6, type);
    const oneWay = counterpart < 0;
    const ports = (type << 16) | (oneWay ? buf[at + 1]! : counterpart);
    const hash = flowHash(frame.addr, ports, proto);
    let found = this.lookup(frame, hash, ports, proto, oneWay);
    if (found < 0) found = this.start(frame, hash, ports, proto, oneWay ? FLAG_ONE_WAY : 0, false);
    const f = found >> 1;
    const dir = found & 1;
    if (this.badChecksum(frame, f, dir, proto)) return f;
    this.table.d[f * STRIDE_D + D_LAST] = frame.ts;
    this.addBytes(f, dir, frame.l4Len - 8);
    this.count(f, dir, frame.ipLen);
    this.payload(frame, f, dir, at + 8);
    return f;
  }

  private otherPacket(frame: Frame): number {
    this.counters.other++;
    const at = frame.l4At;
    const sctp = frame.proto === PROTO.SCTP;
    if (sctp && frame.l4End - at < 12) {
      this.counters.truncatedHeaders++;
      return -1;
    }
    const ports = sctp ? u32(frame.buf, at) : 0;
    const hash = flowHash(frame.addr, ports, frame.proto);
    let found = this.lookup(frame, hash, ports, frame.proto, false);
    if (found < 0) found = this.start(frame, hash, ports, frame.proto, 0, false);
    const f = found >> 1;
    const dir = found & 1;
    this.table.d[f * STRIDE_D + D_LAST] = frame.ts;
    if (sctp) this.addBytes(f, dir, frame.l4Len - 12);
    this.count(f, dir, frame.ipLen);
    return f;
  }

  private lookup(frame: Frame, hash: number, ports: number, proto: number, oneWay: boolean): number {
    const found = this.table.find(hash, frame.addr, ports, proto, oneWay);
    if (found < 0) return -1;
    if (this.over(found >> 1, frame.ts)) return -1;
    this.encapsulation(found >> 1, frame);
    return found;
  }

  /** True when the flow was over before `ts`; it has left the table then. */
  private over(f: number, ts: number): boolean {
    if (this.deadlines.of(this.table, f) > ts) return false;
    this.finish(f, this.closing(f) ? 'closed' : 'timeout');
    return true;
  }

  private start(frame: Frame, hash: number, ports: number, proto: number, bits: number, guess: boolean): number {
    if (this.table.full) this.evict();
    const addr = frame.addr;
    // Nobody answers from the broadcast address.
    const flip = guess && !(addr[7] === -1 && addr[6] === 0xffff && addr[5] === 0 && addr[4] === 0);
    let key = addr;
    let keyPorts = ports;
    if (flip) {
      key = this.key;
      for (let k = 0; k < 4; k++) {
        key[k] = addr[k + 4]!;
        key[k + 4] = addr[k]!;
      }
      keyPorts = (ports << 16) | (ports >>> 16);
    }
    const t = this.table;
    const f = t.add(hash, key, keyPorts, proto);
    const r = f * STRIDE_I;
    const d = f * STRIDE_D;
    t.d[d + D_FIRST] = frame.ts;
    t.d[d + D_LAST] = frame.ts;
    t.d[d + D_SERIAL] = this.started++;
    t.d[d + D_PARENT] = frame.parent;
    t.i[r + I_FLAGS]! |= bits;
    t.i[r + I_VLAN] = frame.vlan | (frame.innerVlan << 16);
    if (frame.macAt >= 0) this.addresses(f, frame, flip);
    if (proto === PROTO.TCP) {
      t.d[d + D_NEXT] = 1;
      t.d[d + D_NEXT + 1] = 1;
      t.d[d + D_TRIM] = 1;
      t.d[d + D_TRIM + 1] = 1;
    } else {
      t.d[d + D_BYTES] = -1;
      t.d[d + D_BYTES + 1] = -1;
    }
    if (flip) {
      t.i[r + I_FLAGS]! |= FLAG_FLIPPED;
      t.addHistory(f, LETTER.FLIP);
    }
    t.i[r + I_STREAM] = this.listener.flowStarted(f, proto);
    this.wheel.add(f, this.deadlines.of(t, f));
    return f * 2 + (flip ? 1 : 0);
  }

  private addresses(f: number, frame: Frame, flip: boolean): void {
    const b = this.table.b;
    const at = f * STRIDE_BYTES + B_MAC;
    const target = flip ? at : at + 6;
    const source = flip ? at + 6 : at;
    for (let k = 0; k < 6; k++) {
      b[target + k] = frame.macBuf[frame.macAt + k]!;
      b[source + k] = frame.macBuf[frame.macAt + 6 + k]!;
    }
    this.table.i[f * STRIDE_I + I_FLAGS]! |= FLAG_MAC;
  }

  private encapsulation(f: number, frame: Frame): void {
    const t = this.table;
    const at = f * STRIDE_D + D_PARENT;
    const known = t.d[at]!;
    if (known === frame.parent) return;
    const c = f * STRIDE_BYTES + B_TUNNEL_CHANGES;
    if (t.b[c]! >= MAX_TUNNEL_CHANGES) {
      t.checkHistory(f, 0, HIST_UNKNOWN, LETTER.UNKNOWN);
      return;
    }
    t.b[c]!++;
    t.d[at] = frame.parent;
    const list = this.parents.get(f) ?? [known];
    if (!list.includes(frame.parent)) list.push(frame.parent);
    this.parents.set(f, list);
    t.i[f * STRIDE_I + I_FLAGS]! |= FLAG_PARENTS;
  }

  private flipTcp(ports: number, flags: number): boolean {
    if ((flags & TCP_SYN) !== 0 && (flags & TCP_ACK) === 0) return false;
    const source = ports >>> 16;
    const target = ports & 0xffff;
    if (this.tcpServers[source] === 0) return false;
    // Both are plausible: the lower port wins, but an answer may be a scan.
    if (this.tcpServers[target] === 1) return (flags & TCP_SYN) === 0 && source < target;
    return true;
  }

  /** True when a SYN starts a new connection between the same ports. */
  private reused(f: number, flags: number, seq: number): boolean {
    const t = this.table;
    const r = f * STRIDE_I;
    const c = f * STRIDE_BYTES + B_STATE;
    let dir = 0;
    if ((flags & TCP_ACK) !== 0) {
      if (t.b[c] !== INACTIVE) return false;
      dir = 1;
    }
    if ((t.i[r + I_FLAGS]! & (FLAG_CLOSED | (FLAG_CLOSED << 1))) === 0) {
      if (seq === t.i[r + I_START_SEQ + dir]) return false;
      const reversed =
        (flags & TCP_ACK) === 0 &&
        t.b[c + dir] === SYN_ACK_SENT &&
        t.b[c + 1] === INACTIVE &&
        seq === t.i[r + I_START_SEQ + 1];
      if (reversed) return false;
      this.weirds.add(f, t.b[c + dir] === SYN_SENT ? 'SYN_seq_jump' : 'active_connection_reuse');
    } else if (t.b[c] !== RESET && t.b[c + 1] !== RESET) {
      const open = isOpen(t.b[c]!) || isOpen(t.b[c + 1]!);
      this.weirds.add(f, open ? 'active_connection_reuse' : 'premature_connection_reuse');
    }
    return true;
  }

  private attempting(f: number): boolean {
    const c = f * STRIDE_BYTES + B_STATE;
    return this.table.b[c + 1] === INACTIVE && this.table.b[c]! <= SYN_ACK_SENT;
  }

  private closing(f: number): boolean {
    return this.table.d[f * STRIDE_D + D_KILL_AT]! > 0;
  }

  private badChecksum(frame: Frame, f: number, dir: number, proto: number): boolean {
    if (this.checksums === 'ignore') return false;
    const length = frame.l4Len;
    const at = frame.l4At;
    // What was not captured cannot be checked.
    if (frame.l4End - at < length) return false;
    const seed = proto === PROTO.ICMP ? 0 : pseudoSum(frame.addr, proto, length);
    if (fold16(sum16(frame.buf, at, at + length, seed)) === 0xffff) return false;
    this.counters.badChecksums++;
    if (this.checksums === 'count') return false;
    this.accepted = false;
    const name =
      proto === PROTO.TCP ? 'bad_TCP_checksum' : proto === PROTO.UDP ? 'bad_UDP_checksum' : 'bad_ICMP_checksum';
    this.weirds.add(f, name);
    if (proto === PROTO.TCP || proto === PROTO.UDP) scaledLetter(this.table, f, dir, COUNT_CHECKSUM, LETTER.CHECKSUM);
    return true;
  }

  private count(f: number, dir: number, ipBytes: number): void {
    this.table.i[f * STRIDE_I + I_PKTS + dir]!++;
    this.table.d[f * STRIDE_D + D_IP_BYTES + dir]! += ipBytes;
  }

  private addBytes(f: number, dir: number, bytes: number): void {
    const at = f * STRIDE_D + D_BYTES + dir;
    const d = this.table.d;
    d[at] = Math.max(d[at]!, 0) + Math.max(bytes, 0);
  }

  private payload(frame: Frame, f: number, dir: number, start: number): void {
    const slot = this.table.i[f * STRIDE_I + I_STREAM]!;
    if (slot >= 0) this.listener.datagram(slot, f, dir, frame.ts, frame.buf, start, frame.l4End);
  }

  private refile(f: number): void {
    this.wheel.remove(f);
    this.wheel.add(f, this.deadlines.of(this.table, f));
  }

  /** Make room: of some flows the one that was idle longest leaves. */
  private evict(): void {
    const t = this.table;
    let oldest = -1;
    for (let seen = 0, steps = 0; seen < EVICTION_SAMPLE && steps < t.high; steps++) {
      if (this.hand >= t.high) this.hand = 0;
      const f = this.hand++;
      if (!t.isLive(f)) continue;
      seen++;
      if (oldest < 0 || t.d[f * STRIDE_D + D_LAST]! < t.d[oldest * STRIDE_D + D_LAST]!) oldest = f;
    }
    if (oldest < 0) return;
    this.counters.evicted++;
    this.finish(oldest, 'evicted');
  }

  private finish(f: number, ended: Ended): void {
    const bits = this.table.i[f * STRIDE_I + I_FLAGS]!;
    this.wheel.remove(f);
    this.listener.flowEnded(f, ended);
    if ((bits & (FLAG_BLOCKS | (FLAG_BLOCKS << 1))) !== 0) {
      this.blocks.clear(f * 2);
      this.blocks.clear(f * 2 + 1);
    }
    if ((bits & FLAG_PARENTS) !== 0) this.parents.delete(f);
    this.table.remove(f);
  }
}

/** Endpoint states in which more may come. */
function isOpen(state: number): boolean {
  return state !== INACTIVE && state !== CLOSED && state !== RESET;
}

function u32(buf: Uint8Array, at: number): number {
  return (buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!;
}
