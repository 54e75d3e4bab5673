import type { OutOfOrder } from './blocks.js';
import {
  B_STATE,
  CLOSED,
  COUNT_RETRANSMIT,
  COUNT_ZERO_WINDOW,
  D_FIN_SEQ,
  D_KILL_AT,
  D_LAST,
  ESTABLISHED,
  FLAG_CLOSE_DEFERRED,
  FLAG_CLOSED,
  FLAG_EOF,
  FLAG_FIN,
  FLAG_PARTIAL,
  FLAG_SEEN,
  I_ACK_SEQ,
  I_ACK_WRAPS,
  I_FLAGS,
  I_LAST_SEQ,
  I_SEQ_WRAPS,
  I_START_SEQ,
  INACTIVE,
  PARTIAL,
  RESET,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
} from './layout.js';
import { dataPending, initSequence, relative, underflow } from './sequence.js';
import type { FlowTable } from './table.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './tcp-flags.js';
import { LETTER, scaledLetter, segmentLetters } from './tcp-history.js';
import { CLOSE, FLIPPED, TcpStates } from './tcp-states.js';
import { type StreamSink, TcpStreams } from './tcp-streams.js';
import type { Weirds } from './weirds.js';

/** Larger jumps of a SYN's or RST's sequence number are not believed. */
const LARGE_DELTA = 1048576;

/** The TCP state machine: states, history, stream positions and gaps of one connection. */
export class TcpMachine {
  /** Microseconds between the end of a connection and its removal. */
  closeDelay = 5e6;
  readonly streams: TcpStreams;
  private readonly states: TcpStates;

  constructor(
    private readonly t: FlowTable,
    blocks: OutOfOrder,
    sink: StreamSink,
    private readonly weirds: Weirds,
  ) {
    this.streams = new TcpStreams(t, blocks, sink, weirds);
    this.states = new TcpStates(t, blocks, weirds);
  }

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
    this.states.initEndpoint(f, e, flags, seq, past);

    const rel = relative(t.i[r + I_START_SEQ + e]!, seq, t.i[r + I_LAST_SEQ + e]!, t.i[r + I_SEQ_WRAPS + e]!);
    const before = underflow;
    if (before && !rst) this.weirds.add(f, 'TCP_seq_underflow_or_misorder');
    segmentLetters(t, f, e, flags, rel, len);
    if (window === 0 && !rst && t.b[c + B_STATE + p] !== CLOSED && t.b[c + B_STATE + e] !== RESET) {
      scaledLetter(t, f, e, COUNT_ZERO_WINDOW, LETTER.ZERO_WINDOW);
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
    if (t.b[c + B_STATE + e] !== INACTIVE) this.states.oddities(f, e, p, flags, len, advanced);
    const close = this.states.transition(f, e, p, flags, seq, ack, len);
    if (close === FLIPPED) {
      const swap = e;
      e = p;
      p = swap;
    }
    if (flags & TCP_ACK) {
      this.streams.acked(f, p, relAck, ts);
      if ((t.i[r + I_FLAGS]! & (FLAG_FIN << p)) !== 0) this.checkEof(f, p);
    }
    t.i[r + I_FLAGS]! |= FLAG_SEEN << e;

    if (len > 0 && !rst && !before && end - start >= len) {
      this.streams.data(f, e, syn ? rel + 1 : rel, len, ts, buf, start);
    }
    if ((t.i[r + I_FLAGS]! & ((FLAG_FIN << e) | (FLAG_EOF << e))) !== 0 || t.b[c + B_STATE + e]! >= CLOSED) {
      this.checkEof(f, e);
    }
    if (close === CLOSE) this.closed(f, e, p);
    return e;
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
    else if (len > 0) scaledLetter(this.t, f, e, COUNT_RETRANSMIT, LETTER.RETRANSMIT);
    return delta;
  }

  private setLast(at: number, past: number): void {
    const i = this.t.i;
    if (past >>> 0 < i[at + I_LAST_SEQ]! >>> 0) i[at + I_SEQ_WRAPS]!++;
    i[at + I_LAST_SEQ] = past;
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
