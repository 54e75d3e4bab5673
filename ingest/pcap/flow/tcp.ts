import type { OutOfOrder } from './blocks.js';
import {
  B_MAC,
  B_PREV,
  B_STATE,
  CLOSED,
  COUNT_GAP,
  COUNT_RETRANSMIT,
  COUNT_ZERO_WINDOW,
  D_BYTES,
  D_FIN_SEQ,
  D_IP_BYTES,
  D_KILL_AT,
  D_LAST,
  D_MISSED,
  D_NEXT,
  D_TRIM,
  ESTABLISHED,
  FLAG_BLOCKS,
  FLAG_CLOSE_DEFERRED,
  FLAG_CLOSED,
  FLAG_EOF,
  FLAG_FIN,
  FLAG_FLIPPED,
  FLAG_MIDSTREAM,
  FLAG_PARTIAL,
  FLAG_SEEN,
  FLAG_SKIP,
  HIST_ACK,
  HIST_DATA,
  HIST_FIN,
  HIST_FIN_RST,
  HIST_MULTI,
  HIST_RST,
  HIST_SYN,
  I_ACK_SEQ,
  I_ACK_WRAPS,
  I_ADDR,
  I_COUNTERS,
  I_FLAGS,
  I_HIST_MASK,
  I_LAST_FLAG,
  I_LAST_SEQ,
  I_PKTS,
  I_PORTS,
  I_SEQ_WRAPS,
  I_START_SEQ,
  INACTIVE,
  PARTIAL,
  RESET,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
  SYN_ACK_SENT,
  SYN_SENT,
} from './layout.js';
import {
  ackPosition,
  dataPending,
  initSequence,
  lastPosition,
  nothingAcked,
  relative,
  streamBytes,
  underflow,
} from './sequence.js';
import type { FlowTable } from './table.js';
import type { Weirds } from './weirds.js';

export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_ACK = 16;

/** Larger jumps of a SYN's or RST's sequence number are not believed. */
const LARGE_DELTA = 1048576;
/** Bytes held above a hole while nothing was ever acknowledged: the trace is taken for one-sided. */
const MAX_ABOVE_HOLE = 16384;

/** Receives the payload of a stream in order. */
export interface StreamSink {
  /** `slot` is the flow's stream slot; `position` the stream position of the first byte (1 = first after the SYN). */
  streamData(slot: number, f: number, dir: number, ts: number, buf: Uint8Array, start: number, end: number): void;
  streamGap(slot: number, f: number, dir: number, ts: number, bytes: number): void;
}

/** Letters of history. */
const A = 65;
const D = 68;
const F = 70;
const G = 71;
const H = 72;
const I = 73;
const Q = 81;
const R = 82;
const S = 83;
const T = 84;
const W = 87;
export const LETTER_FLIP = 94;

/** The TCP state machine: states, history, stream positions and gaps of one connection. */
export class TcpMachine {
  /** Microseconds between the end of a connection and its removal. */
  closeDelay = 5e6;
  /** Directions given up because of too many holes. */
  overflows = 0;

  constructor(
    private readonly t: FlowTable,
    private readonly blocks: OutOfOrder,
    private readonly sink: StreamSink,
    private readonly streamSlot: number,
    private readonly weirds: Weirds,
  ) {}

  /**
   * Take one segment.
   * @param dir 0 from the originator; the result is the direction after a possible exchange of roles
   * @param len payload bytes by the IP header; `buf[start, end)` is what was captured of them
   */
  packet(
    f: number,
    direction: number,
    seq: number,
    ack: number,
    flags: number,
    window: number,
    len: number,
    ts: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): number {
    const t = this.t;
    const r = f * STRIDE_I;
    const c = f * STRIDE_BYTES;
    let e = direction;
    let p = e ^ 1;
    const syn = flags & TCP_SYN;
    const fin = flags & TCP_FIN;
    const rst = flags & TCP_RST;

    let bits = t.i[r + I_FLAGS]!;
    if ((bits & (FLAG_SEEN << e)) === 0) {
      if (e === 0) bits = !syn || flags & TCP_ACK ? bits | FLAG_PARTIAL : bits & ~FLAG_PARTIAL;
      else if ((bits & FLAG_PARTIAL) === 0 && !syn) bits |= FLAG_PARTIAL;
      t.i[r + I_FLAGS] = bits;
    }

    const segment = (syn ? 1 : 0) + (fin ? 1 : 0) + (rst ? 0 : len);
    const past = (seq + segment) | 0;
    this.initEndpoint(f, e, flags, seq, past);

    const rel = relative(t.i[r + I_START_SEQ + e]!, seq, t.i[r + I_LAST_SEQ + e]!, t.i[r + I_SEQ_WRAPS + e]!);
    const before = underflow;
    if (before && !rst) this.weirds.add(f, 'TCP_seq_underflow_or_misorder');
    this.letters(f, e, flags, rel, len);
    if (window === 0 && !rst && t.b[c + B_STATE + p] !== CLOSED && t.b[c + B_STATE + e] !== RESET) {
      this.scaled(f, e, COUNT_ZERO_WINDOW, W);
    }
    const both = FLAG_CLOSED | (FLAG_CLOSED << 1);
    if ((t.i[r + I_FLAGS]! & both) !== both) t.d[f * STRIDE_D + D_LAST] = ts;
    if (fin) {
      t.i[r + I_FLAGS]! |= FLAG_FIN << e;
      t.d[f * STRIDE_D + D_FIN_SEQ + e] = rel + segment;
    }

    let relAck = 0;
    if (flags & TCP_ACK) {
      if (t.b[c + B_STATE + p] === INACTIVE) {
        relAck = 1;
        const own = t.b[c + B_STATE + e]!;
        if (!syn && !fin && !rst && own !== INACTIVE && own <= ESTABLISHED && own !== PARTIAL) {
          this.weirds.add(f, 'possible_split_routing');
        }
        // As if there had been a SYN, so that later positions are consistent.
        initSequence(t, f, p, (ack - 1) | 0, (ack - 1) | 0);
      } else {
        relAck = relative(t.i[r + I_START_SEQ + p]!, ack, t.i[r + I_ACK_SEQ + p]!, t.i[r + I_ACK_WRAPS + p]!);
        if (underflow) {
          relAck = 0;
          this.weirds.add(f, 'TCP_ack_underflow_or_misorder');
        } else if (!rst) this.updateAck(f, p, ack);
      }
    }

    const advanced = this.updateLast(f, e, past, flags, len) > 0;
    if (t.b[c + B_STATE + e] !== INACTIVE) this.oddities(f, e, p, flags, len, advanced);
    const close = this.transition(f, e, p, flags, seq, ack, len);
    if (close === FLIPPED) {
      const swap = e;
      e = p;
      p = swap;
    }
    if (flags & TCP_ACK) {
      this.acked(f, p, relAck, ts);
      if ((t.i[r + I_FLAGS]! & (FLAG_FIN << p)) !== 0) this.checkEof(f, p);
    }
    t.i[r + I_FLAGS]! |= FLAG_SEEN << e;

    if (len > 0 && !rst && !before && end - start >= len) {
      this.data(f, e, syn ? rel + 1 : rel, len, ts, buf, start);
    }
    if ((t.i[r + I_FLAGS]! & ((FLAG_FIN << e) | (FLAG_EOF << e))) !== 0 || t.b[c + B_STATE + e]! >= CLOSED) {
      this.checkEof(f, e);
    }
    if (close === CLOSE) this.closed(f, e, p);
    return e;
  }

  /** Append a letter when its count reaches 1, 10, 100, … */
  scaled(f: number, dir: number, kind: number, upper: number): void {
    const at = f * STRIDE_I + I_COUNTERS + kind * 2 + dir;
    const count = (this.t.i[at]! + 1) | 0;
    this.t.i[at] = count;
    if (isPowerOfTen(count)) this.t.addHistory(f, upper | (dir << 5));
  }

  /** Exchange originator and responder. */
  flip(f: number): void {
    const t = this.t;
    const i = t.i;
    const r = f * STRIDE_I;
    for (let k = 0; k < 4; k++) swap(i, r + I_ADDR + k, r + I_ADDR + 4 + k);
    i[r + I_PORTS] = (i[r + I_PORTS]! << 16) | (i[r + I_PORTS]! >>> 16);
    for (const at of [I_PKTS, I_START_SEQ, I_LAST_SEQ, I_ACK_SEQ, I_SEQ_WRAPS, I_ACK_WRAPS])
      swap(i, r + at, r + at + 1);
    for (let k = 0; k < 4; k++) swap(i, r + I_COUNTERS + k * 2, r + I_COUNTERS + k * 2 + 1);
    for (let k = 0; k < 3; k++) swap(i, r + I_LAST_FLAG + k * 2, r + I_LAST_FLAG + k * 2 + 1);
    i[r + I_HIST_MASK] = (i[r + I_HIST_MASK]! << 16) | (i[r + I_HIST_MASK]! >>> 16);
    const d = f * STRIDE_D;
    for (const at of [D_IP_BYTES, D_BYTES, D_TRIM, D_FIN_SEQ]) swap(t.d, d + at, d + at + 1);
    const c = f * STRIDE_BYTES;
    swap(t.b, c + B_STATE, c + B_STATE + 1);
    swap(t.b, c + B_PREV, c + B_PREV + 1);
    for (let k = 0; k < 6; k++) swap(t.b, c + B_MAC + k, c + B_MAC + 6 + k);
    let bits = i[r + I_FLAGS]!;
    for (const bit of [FLAG_SEEN, FLAG_SKIP, FLAG_CLOSED, FLAG_EOF, FLAG_FIN, FLAG_BLOCKS]) {
      const pair = bit | (bit << 1);
      if ((bits & pair) === bit || (bits & pair) === bit << 1) bits ^= pair;
    }
    // The SYN has told who the originator is.
    i[r + I_FLAGS] = bits & ~(FLAG_PARTIAL | FLAG_MIDSTREAM | FLAG_FLIPPED);
    this.blocks.swap(f);
    t.addHistory(f, LETTER_FLIP);
  }

  private initEndpoint(f: number, e: number, flags: number, seq: number, past: number): void {
    const t = this.t;
    const syn = flags & TCP_SYN;
    switch (t.b[f * STRIDE_BYTES + B_STATE + e]) {
      case INACTIVE:
        if (syn) initSequence(t, f, e, seq, past);
        else initSequence(t, f, e, (seq - 1) | 0, seq);
        break;
      case SYN_SENT:
      case SYN_ACK_SENT:
        if (syn && seq !== t.i[f * STRIDE_I + I_START_SEQ + e]) {
          this.weirds.add(f, 'SYN_seq_jump');
          initSequence(t, f, e, seq, past);
        }
        break;
      case ESTABLISHED:
      case PARTIAL:
        // A SYN inside a connection: perhaps it was not established before.
        if (syn && streamBytes(t, f, e) > 0) this.weirds.add(f, 'SYN_inside_connection');
        if (syn) initSequence(t, f, e, seq, past);
        break;
      case RESET:
        if (syn && t.b[f * STRIDE_BYTES + B_PREV + e] === INACTIVE) initSequence(t, f, e, seq, past);
        break;
      default:
    }
  }

  private letters(f: number, e: number, flags: number, rel: number, len: number): void {
    const t = this.t;
    const control = flags & (TCP_SYN | TCP_FIN | TCP_RST);
    if (control === 0) {
      if (len > 0) t.checkHistory(f, e, HIST_DATA, D);
      else if (flags & TCP_ACK) t.checkHistory(f, e, HIST_ACK, A);
    } else if (control === TCP_SYN) this.flagLetter(f, e, 0, HIST_SYN, flags & TCP_ACK ? H : S, rel);
    else if (control === TCP_FIN) this.flagLetter(f, e, 1, HIST_FIN, F, rel + len);
    else if (control === TCP_RST) this.flagLetter(f, e, 2, HIST_RST, R, rel);
    else if ((control & (TCP_FIN | TCP_RST)) === (TCP_FIN | TCP_RST)) t.checkHistory(f, e, HIST_FIN_RST, I);
    else t.checkHistory(f, e, HIST_MULTI, Q);
  }

  private flagLetter(f: number, e: number, kind: number, bit: number, letter: number, position: number): void {
    const t = this.t;
    const at = f * STRIDE_I + I_LAST_FLAG + kind * 2 + e;
    if (t.checkHistory(f, e, bit, letter) && (position | 0) !== t.i[at]) t.addHistory(f, letter | (e << 5));
    t.i[at] = position;
  }

  private updateAck(f: number, p: number, ack: number): void {
    const at = f * STRIDE_I + p;
    const i = this.t.i;
    const old = i[at + I_ACK_SEQ]!;
    const delta = (ack - old) | 0;
    if (ack === 0 && delta > LARGE_DELTA) return;
    if (delta > 0) {
      if (ack >>> 0 < old >>> 0) i[at + I_ACK_WRAPS]!++;
      i[at + I_ACK_SEQ] = ack;
    }
  }

  /** Take the end of a segment into account; the result is its distance from the end known before. */
  private updateLast(f: number, e: number, past: number, flags: number, len: number): number {
    const at = f * STRIDE_I + e;
    const i = this.t.i;
    const old = i[at + I_LAST_SEQ]!;
    const delta = (past - old) | 0;
    if (flags & (TCP_SYN | TCP_RST) && (delta > LARGE_DELTA || delta < -LARGE_DELTA)) return delta;
    if (flags & TCP_FIN && old === ((i[at + I_START_SEQ]! + 1) | 0)) this.setLast(at, past);
    else if (this.t.b[f * STRIDE_BYTES + B_STATE + e] === RESET) return delta;
    else if (delta > 0) this.setLast(at, past);
    else if (len > 0) this.scaled(f, e, COUNT_RETRANSMIT, T);
    return delta;
  }

  /** Report what does not fit the state that the endpoint is in. */
  private oddities(f: number, e: number, p: number, flags: number, len: number, advanced: boolean): void {
    const b = this.t.b;
    const c = f * STRIDE_BYTES;
    const syn = (flags & TCP_SYN) !== 0;
    const fin = (flags & TCP_FIN) !== 0;
    const peer = b[c + B_STATE + p]!;
    switch (b[c + B_STATE + e]) {
      case SYN_SENT:
      case SYN_ACK_SENT:
        if (syn && flags & TCP_ACK && e === 0 && b[c + B_STATE + e] === SYN_SENT) {
          this.weirds.add(f, 'repeated_SYN_with_ack');
        }
        if (fin && (peer === INACTIVE || peer === SYN_SENT)) this.weirds.add(f, 'inappropriate_FIN');
        if (len > 0 && !(flags & TCP_RST)) this.weirds.add(f, 'data_before_established');
        break;
      case CLOSED:
        if (syn) this.weirds.add(f, 'SYN_after_close');
        if (fin && advanced) this.weirds.add(f, 'FIN_advanced_last_seq');
        break;
      case RESET:
        if (syn) this.weirds.add(f, 'SYN_after_reset');
        if (fin) this.weirds.add(f, 'FIN_after_reset');
        if (len > 0 && !(flags & TCP_RST)) this.weirds.add(f, 'data_after_reset');
        break;
      default:
    }
  }

  private setLast(at: number, past: number): void {
    const i = this.t.i;
    if (past >>> 0 < i[at + I_LAST_SEQ]! >>> 0) i[at + I_SEQ_WRAPS]!++;
    i[at + I_LAST_SEQ] = past;
  }

  private setState(f: number, e: number, state: number): void {
    const c = f * STRIDE_BYTES + e;
    const b = this.t.b;
    if (b[c + B_STATE] === state) return;
    b[c + B_PREV] = b[c + B_STATE]!;
    b[c + B_STATE] = state;
  }

  private transition(f: number, e: number, p: number, flags: number, seq: number, ack: number, len: number): number {
    const b = this.t.b;
    const c = f * STRIDE_BYTES;
    switch (b[c + B_STATE + e]) {
      case INACTIVE:
        return this.fromInactive(f, e, p, flags, seq, ack, len);
      case SYN_SENT:
      case SYN_ACK_SENT:
        if (flags & TCP_FIN) this.setState(f, e, CLOSED);
        if (flags & TCP_RST) this.setState(f, e, RESET);
        return flags & (TCP_FIN | TCP_RST) ? CLOSE : NONE;
      case ESTABLISHED:
      case PARTIAL:
        if (
          flags & TCP_SYN &&
          !(flags & TCP_ACK) &&
          b[c + B_STATE + e] === PARTIAL &&
          b[c + B_STATE + p] === INACTIVE
        ) {
          this.weirds.add(f, 'SYN_after_partial');
          this.setState(f, e, SYN_SENT);
        }
        if (flags & TCP_FIN && !(flags & TCP_RST)) {
          this.setState(f, e, CLOSED);
          // The peer's FIN and RST were a normal end.
          if (b[c + B_STATE + p] === RESET && b[c + B_PREV + p] === CLOSED) this.setState(f, p, CLOSED);
        }
        if (flags & TCP_RST) this.setState(f, e, RESET);
        return flags & (TCP_FIN | TCP_RST) ? CLOSE : NONE;
      case CLOSED:
        if (flags & TCP_RST && b[c + B_STATE + p] !== CLOSED) {
          this.setState(f, e, RESET);
          return (this.t.i[f * STRIDE_I + I_FLAGS]! & (FLAG_CLOSED << e)) === 0 ? CLOSE : NONE;
        }
        return NONE;
      default:
        return NONE;
    }
  }

  private fromInactive(
    f: number,
    first: number,
    second: number,
    flags: number,
    seq: number,
    ack: number,
    len: number,
  ): number {
    const b = this.t.b;
    const c = f * STRIDE_BYTES;
    let e = first;
    let p = second;
    let result = NONE;
    if (flags & TCP_SYN) {
      if (e === 0) {
        if (flags & TCP_ACK) this.weirds.add(f, 'connection_originator_SYN_ack');
        this.setState(f, e, flags & TCP_ACK ? SYN_ACK_SENT : SYN_SENT);
      } else {
        this.answerOddities(f, p, flags, ack);
        if (
          !(flags & TCP_ACK) &&
          b[c + B_STATE + p] === SYN_ACK_SENT &&
          seq === this.t.i[f * STRIDE_I + I_START_SEQ + e]
        ) {
          // The SYN arrived after its answer: the sender of the SYN is the originator.
          this.flip(f);
          e = second;
          p = first;
          this.setState(f, p, ESTABLISHED);
          this.t.i[f * STRIDE_I + I_FLAGS]! |= FLAG_SEEN;
          result = FLIPPED;
        }
        if (b[c + B_STATE + p] === SYN_SENT) this.setState(f, p, ESTABLISHED);
        this.setState(f, e, ESTABLISHED);
      }
    }
    if (flags & TCP_FIN) {
      if (b[c + B_STATE + p] !== PARTIAL && !(flags & TCP_SYN)) this.weirds.add(f, 'spontaneous_FIN');
      this.setState(f, e, CLOSED);
      result = CLOSE;
    }
    if (flags & TCP_RST) {
      if (b[c + B_STATE + p] === INACTIVE) this.weirds.add(f, 'spontaneous_RST');
      this.setState(f, e, RESET);
      result = CLOSE;
    }
    if (b[c + B_STATE + e] === INACTIVE) {
      if (e === 1 && len === 0 && b[c + B_STATE] === SYN_SENT) {
        // Some hosts acknowledge a SYN before they answer it.
      } else if (flags & TCP_ACK && b[c + B_STATE + p] === ESTABLISHED) {
        this.setState(f, e, ESTABLISHED);
        this.t.i[f * STRIDE_I + I_FLAGS]! &= ~FLAG_PARTIAL;
      } else this.setState(f, e, PARTIAL);
    }
    return result;
  }

  private answerOddities(f: number, p: number, flags: number, ack: number): void {
    const state = this.t.b[f * STRIDE_BYTES + B_STATE + p]!;
    if (state === INACTIVE) this.weirds.add(f, 'unsolicited_SYN_response');
    else if (!(flags & TCP_ACK)) {
      if (state !== SYN_ACK_SENT) this.weirds.add(f, 'simultaneous_open');
    } else if (state !== PARTIAL) {
      const r = f * STRIDE_I + p;
      const start = this.t.i[r + I_START_SEQ]!;
      const distance = (ack - start) >>> 0;
      if (distance > (this.t.i[r + I_LAST_SEQ]! - start) >>> 0) this.weirds.add(f, 'bad_SYN_ack');
    }
  }

  /** The other side acknowledged stream positions of `a` up to `position`. */
  private acked(f: number, a: number, position: number, ts: number): void {
    const t = this.t;
    const d = f * STRIDE_D;
    let seq = position;
    if ((t.i[f * STRIDE_I + I_FLAGS]! & (FLAG_FIN << a)) !== 0 && seq >= t.d[d + D_FIN_SEQ + a]!) {
      seq = t.d[d + D_FIN_SEQ + a]! - 1;
    }
    if (seq <= t.d[d + D_TRIM + a]!) return;
    if (seq > t.d[d + D_NEXT + a]!) this.undelivered(f, a, seq, ts);
    t.d[d + D_TRIM + a] = seq;
  }

  private undelivered(f: number, a: number, upTo: number, ts: number): void {
    const t = this.t;
    const d = f * STRIDE_D + D_NEXT + a;
    const bits = t.i[f * STRIDE_I + I_FLAGS]!;
    // A partial connection started with a keep-alive or right at its first acknowledgement.
    if (upTo <= 2 && (bits & FLAG_PARTIAL) !== 0) return;
    if ((bits & (FLAG_SKIP << a)) === 0) {
      const key = f * 2 + a;
      for (let list = this.blocks.get(key); list && list[0]!.start < upTo; list = this.blocks.get(key)) {
        if (list[0]!.start > t.d[d]!) this.gap(f, a, list[0]!.start - t.d[d]!, ts);
        t.d[d] = Math.max(t.d[d]!, list[0]!.start);
        this.drain(f, a, ts);
      }
      if (upTo > t.d[d]!) this.gap(f, a, upTo - t.d[d]!, ts);
    }
    if (upTo > t.d[d]!) t.d[d] = upTo;
  }

  private gap(f: number, a: number, bytes: number, ts: number): void {
    if (isClean(this.t, f, 0) && isClean(this.t, f, 1)) {
      this.scaled(f, a, COUNT_GAP, G);
      this.t.d[f * STRIDE_D + D_MISSED]! += bytes;
    }
    const slot = this.t.i[f * STRIDE_I + this.streamSlot]!;
    if (slot >= 0) this.sink.streamGap(slot, f, a, ts, bytes);
  }

  /** Payload at a stream position. */
  private data(f: number, e: number, position: number, length: number, ts: number, buf: Uint8Array, at: number): void {
    const t = this.t;
    const r = f * STRIDE_I;
    const bits = t.i[r + I_FLAGS]!;
    if ((bits & (FLAG_SKIP << e)) !== 0) return;
    const d = f * STRIDE_D + e;
    const next = t.d[d + D_NEXT]!;
    const upper = position + length;
    let seq = position;
    let from = at;
    const ack = ackPosition(t, f, e);
    const floor = Math.max(ack, t.d[d + D_TRIM]!);
    if (upper <= floor) return;
    if (seq < floor) {
      from += floor - seq;
      seq = floor;
    }
    if ((bits & (FLAG_BLOCKS << e)) === 0 && seq <= next) {
      if (upper <= next) return;
      t.d[d + D_NEXT] = upper;
      const slot = t.i[r + this.streamSlot]!;
      if (slot >= 0) this.sink.streamData(slot, f, e, ts, buf, from + next - seq, from + upper - seq);
      return;
    }
    if (upper <= next) return;
    if (seq < next) {
      from += next - seq;
      seq = next;
    }
    const key = f * 2 + e;
    const wanted = t.i[r + this.streamSlot]! >= 0;
    const fits = this.blocks.insert(key, seq, upper, wanted ? buf.subarray(from, from + upper - seq) : undefined);
    t.i[r + I_FLAGS]! |= FLAG_BLOCKS << e;
    this.drain(f, e, ts);
    const above = this.blocks.reach(key) - t.d[d + D_NEXT]!;
    if (!fits || (above > MAX_ABOVE_HOLE && nothingAcked(t, f, e))) {
      if (!fits) this.overflows++;
      else this.weirds.add(f, 'above_hole_data_without_any_acks');
      this.blocks.clear(key);
      t.i[r + I_FLAGS] = (t.i[r + I_FLAGS]! | (FLAG_SKIP << e)) & ~(FLAG_BLOCKS << e);
    }
  }

  /** Deliver held segments that have become the next ones. */
  private drain(f: number, e: number, ts: number): void {
    const t = this.t;
    const key = f * 2 + e;
    const at = f * STRIDE_D + D_NEXT + e;
    for (let list = this.blocks.get(key); list && list[0]!.start <= t.d[at]!; list = this.blocks.get(key)) {
      const block = list[0]!;
      const fresh = block.end - t.d[at]!;
      if (fresh > 0) {
        const slot = t.i[f * STRIDE_I + this.streamSlot]!;
        const data = block.data;
        t.d[at] = block.end;
        if (slot >= 0 && data) this.sink.streamData(slot, f, e, ts, data, data.length - fresh, data.length);
        else if (slot >= 0) this.sink.streamGap(slot, f, e, ts, fresh);
      }
      this.blocks.shift(key);
    }
    if (!this.blocks.get(key)) t.i[f * STRIDE_I + I_FLAGS]! &= ~(FLAG_BLOCKS << e);
  }

  private checkEof(f: number, e: number): void {
    const r = f * STRIDE_I + I_FLAGS;
    const i = this.t.i;
    if ((i[r]! & (FLAG_EOF << e)) !== 0 || dataPending(this.t, f, e)) return;
    i[r]! |= FLAG_EOF << e;
    if ((i[r]! & FLAG_CLOSE_DEFERRED) !== 0) {
      this.closed(f, e, e ^ 1);
      i[r]! &= ~FLAG_CLOSE_DEFERRED;
    }
  }

  private closed(f: number, e: number, p: number): void {
    const t = this.t;
    const r = f * STRIDE_I + I_FLAGS;
    if (dataPending(t, f, e)) {
      t.i[r]! |= FLAG_CLOSE_DEFERRED;
      return;
    }
    t.i[r]! &= ~FLAG_CLOSE_DEFERRED;
    if ((t.i[r]! & (FLAG_CLOSED << e)) !== 0) return;
    t.i[r]! |= FLAG_CLOSED << e;
    const b = t.b;
    const c = f * STRIDE_BYTES + B_STATE;
    if (b[c + e] === RESET || (t.i[r]! & (FLAG_CLOSED << p)) !== 0 || b[c + p] === INACTIVE) {
      const d = f * STRIDE_D;
      t.d[d + D_KILL_AT] = t.d[d + D_LAST]! + this.closeDelay;
    }
  }
}

const NONE = 0;
const CLOSE = 1;
const FLIPPED = 2;

function isClean(t: FlowTable, f: number, dir: number): boolean {
  const c = f * STRIDE_BYTES + dir;
  const state = t.b[c + B_STATE];
  return state === ESTABLISHED || (state === CLOSED && t.b[c + B_PREV] === ESTABLISHED);
}

function isPowerOfTen(n: number): boolean {
  if (n < 10) return n === 1;
  let rest = n;
  while (rest % 10 === 0) rest /= 10;
  return rest === 1;
}

function swap(array: Int32Array | Float64Array | Uint8Array, a: number, b: number): void {
  const value = array[a]!;
  array[a] = array[b]!;
  array[b] = value;
}

/** Bytes of the stream that were delivered in order, for tests and statistics. */
export function delivered(t: FlowTable, f: number, dir: number): number {
  return Math.min(t.d[f * STRIDE_D + D_NEXT + dir]!, lastPosition(t, f, dir)) - 1;
}
