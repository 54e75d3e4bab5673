import { type Frame, PROTO } from '../decode/frame.js';
import { OutOfOrder } from './blocks.js';
import { Encapsulations } from './encapsulations.js';
import { icmpCounterpart } from './icmp.js';
import {
  B_MAC,
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
  FLAG_FLIPPED,
  FLAG_MAC,
  FLAG_MIDSTREAM,
  FLAG_ONE_WAY,
  FLAG_PARENTS,
  HIST_DATA,
  I_FLAGS,
  I_PKTS,
  I_STREAM,
  I_VLAN,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
} from './layout.js';
import { type Ended, Lifetimes } from './lifetimes.js';
import { Orientation, toBroadcast } from './orientation.js';
import { isAttempt, isReused } from './reuse.js';
import type { ServerPorts } from './server-ports.js';
import { FlowTable, flowHash } from './table.js';
import { TcpMachine } from './tcp.js';
import { TCP_ACK, TCP_SYN } from './tcp-flags.js';
import { LETTER } from './tcp-history.js';
import type { StreamSink } from './tcp-streams.js';
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.js';
import { type ChecksumMode, TransportChecksums } from './transport-checksums.js';
import { type WeirdName, Weirds } from './weirds.js';

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

/** Packets by protocol, what was wrong with some, and what was given up. */
export interface FlowCounters {
  readonly tcp: number;
  readonly udp: number;
  readonly icmp: number;
  readonly other: number;
  readonly badChecksums: number;
  readonly truncatedHeaders: number;
  readonly badHeaders: number;
  /** Flows that left early because there was no room. */
  readonly evicted: number;
  /** Streams of which too much came out of order. */
  readonly streamsGivenUp: number;
}

/** Keeps the flow table: finds or starts the flow of each packet, updates it, ends flows. */
export class Flows {
  readonly table: FlowTable;
  readonly tcp: TcpMachine;
  private readonly counts = { tcp: 0, udp: 0, icmp: 0, other: 0, truncatedHeaders: 0, badHeaders: 0 };
  /** False when the last packet was dropped for its header or checksum. */
  accepted = true;
  /** Flows started so far; the serial of the next one. */
  started = 0;
  readonly encapsulations: Encapsulations;
  readonly lifetimes: Lifetimes;
  private readonly weirds: Weirds;
  private readonly blocks: OutOfOrder;
  private readonly checksums: TransportChecksums;
  private readonly orientation: Orientation;
  private readonly key = new Int32Array(8);

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
    this.lifetimes = new Lifetimes(this.table, timeouts, (f, ended) => this.left(f, ended));
    this.encapsulations = new Encapsulations(this.table);
    this.checksums = new TransportChecksums(options.checksums ?? 'count', this.table, this.weirds);
    this.orientation = new Orientation(options.serverPorts);
  }

  /** What was counted so far. */
  get counters(): FlowCounters {
    const { tcp, udp, icmp, other, truncatedHeaders, badHeaders } = this.counts;
    return {
      tcp,
      udp,
      icmp,
      other,
      badChecksums: this.checksums.bad,
      truncatedHeaders,
      badHeaders,
      evicted: this.lifetimes.evicted,
      streamsGivenUp: this.tcp.streams.overflows,
    };
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

  private tcpPacket(frame: Frame): number {
    const buf = frame.buf;
    const at = frame.l4At;
    if (frame.l4Len < 20 || frame.l4End - at < 20) {
      this.counts.truncatedHeaders++;
      return -1;
    }
    this.counts.tcp++;
    const ports = u32(buf, at);
    const flags = buf[at + 13]!;
    const seq = u32(buf, at + 4);
    const hash = flowHash(frame.addr, ports, PROTO.TCP);
    let found = this.table.find(hash, frame.addr, ports, PROTO.TCP, false);
    if (found >= 0) {
      const f = found >> 1;
      if (this.lifetimes.over(f, frame.ts)) found = -1;
      else if ((flags & TCP_SYN) !== 0 && isReused(this.table, this.weirds, f, flags, seq)) {
        this.lifetimes.close(f);
        found = -1;
      } else this.encapsulations.seen(f, frame);
    }
    if (found < 0) {
      const bits = (flags & (TCP_SYN | TCP_ACK)) === TCP_SYN ? 0 : FLAG_MIDSTREAM;
      found = this.start(frame, hash, ports, PROTO.TCP, bits, this.orientation.tcp(ports, flags));
    }
    const f = found >> 1;
    let dir = found & 1;
    const header = (buf[at + 12]! >> 4) << 2;
    if (header < 20 || header > frame.l4Len || at + header > frame.l4End) {
      this.accepted = false;
      this.counts.badHeaders++;
      this.weirds.add(f, 'bad_TCP_header_len');
      return f;
    }
    if (this.badChecksum(frame, f, dir, PROTO.TCP)) return f;
    const window = (buf[at + 14]! << 8) | buf[at + 15]!;
    const kill = this.table.d[f * STRIDE_D + D_KILL_AT]!;
    const attempt = isAttempt(this.table, f);
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
    if (this.table.d[f * STRIDE_D + D_KILL_AT] !== kill || (attempt && !isAttempt(this.table, f))) {
      this.lifetimes.changed(f);
    }
    return f;
  }

  private udpPacket(frame: Frame): number {
    const buf = frame.buf;
    const at = frame.l4At;
    if (frame.l4Len < 8 || frame.l4End - at < 8) {
      this.counts.truncatedHeaders++;
      return -1;
    }
    this.counts.udp++;
    const ports = u32(buf, at);
    const hash = flowHash(frame.addr, ports, PROTO.UDP);
    let found = this.lookup(frame, hash, ports, PROTO.UDP, false);
    if (found < 0) {
      found = this.start(frame, hash, ports, PROTO.UDP, 0, this.orientation.udp(ports));
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
      this.counts.truncatedHeaders++;
      return -1;
    }
    this.counts.icmp++;
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
    this.counts.other++;
    const at = frame.l4At;
    const sctp = frame.proto === PROTO.SCTP;
    if (sctp && frame.l4End - at < 12) {
      this.counts.truncatedHeaders++;
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
    if (this.lifetimes.over(found >> 1, frame.ts)) return -1;
    this.encapsulations.seen(found >> 1, frame);
    return found;
  }

  private start(frame: Frame, hash: number, ports: number, proto: number, bits: number, guess: boolean): number {
    if (this.table.full) this.lifetimes.evict();
    const addr = frame.addr;
    const flip = guess && !toBroadcast(addr);
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
    this.lifetimes.begin(f);
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

  private badChecksum(frame: Frame, f: number, dir: number, proto: number): boolean {
    if (!this.checksums.refuses(frame, f, dir, proto)) return false;
    this.accepted = false;
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

  private left(f: number, ended: Ended): void {
    const bits = this.table.i[f * STRIDE_I + I_FLAGS]!;
    this.listener.flowEnded(f, ended);
    if ((bits & (FLAG_BLOCKS | (FLAG_BLOCKS << 1))) !== 0) {
      this.blocks.clear(f * 2);
      this.blocks.clear(f * 2 + 1);
    }
    if ((bits & FLAG_PARENTS) !== 0) this.encapsulations.forget(f);
    this.table.remove(f);
  }
}

function u32(buf: Uint8Array, at: number): number {
  return (buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!;
}
