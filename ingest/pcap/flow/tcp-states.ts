import type { OutOfOrder } from './blocks.js';
import {
  B_PREV,
  B_STATE,
  CLOSED,
  ESTABLISHED,
  FLAG_CLOSED,
  FLAG_PARTIAL,
  FLAG_SEEN,
  I_FLAGS,
  I_LAST_SEQ,
  I_START_SEQ,
  INACTIVE,
  PARTIAL,
  RESET,
  STRIDE_BYTES,
  STRIDE_I,
  SYN_ACK_SENT,
  SYN_SENT,
} from './layout.js';
import { initSequence, streamBytes } from './sequence.js';
import type { FlowTable } from './table.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './tcp-flags.js';
import { flipRoles } from './tcp-flip.js';
import type { Weirds } from './weirds.js';

/** What a segment means for the connection: nothing, its sender is done, or the roles were exchanged. */
export const NONE = 0;
export const CLOSE = 1;
export const FLIPPED = 2;

/** The states of the two endpoints of a TCP connection. */
export class TcpStates {
  constructor(
    private readonly t: FlowTable,
    private readonly blocks: OutOfOrder,
    private readonly weirds: Weirds,
  ) {}

  /** Set the sequence numbers of an endpoint that is seen for the first time, or again with a SYN. */
  initEndpoint(f: number, e: number, flags: number, seq: number, past: number): void {
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

  /** Report what does not fit the state that the endpoint is in. */
  oddities(f: number, e: number, p: number, flags: number, len: number, advanced: boolean): void {
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

  /** Move the state of endpoint `e` (its peer is `p`); the result is NONE, CLOSE or FLIPPED. */
  transition(f: number, e: number, p: number, flags: number, seq: number, ack: number, len: number): number {
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
          flipRoles(this.t, this.blocks, f);
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

  private setState(f: number, e: number, state: number): void {
    const c = f * STRIDE_BYTES + e;
    const b = this.t.b;
    if (b[c + B_STATE] === state) return;
    b[c + B_PREV] = b[c + B_STATE]!;
    b[c + B_STATE] = state;
  }
}
