import type { OutOfOrder } from './blocks.js';
import {
  B_PREV,
  B_STATE,
  CLOSED,
  COUNT_GAP,
  D_FIN_SEQ,
  D_MISSED,
  D_NEXT,
  D_TRIM,
  ESTABLISHED,
  FLAG_BLOCKS,
  FLAG_FIN,
  FLAG_PARTIAL,
  FLAG_SKIP,
  I_FLAGS,
  I_STREAM,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
} from './layout.js';
import { ackPosition, nothingAcked } from './sequence.js';
import type { FlowTable } from './table.js';
import { LETTER, scaledLetter } from './tcp-history.js';
import type { Weirds } from './weirds.js';

/** Bytes held above a hole while nothing was ever acknowledged: the trace is taken for one-sided. */
const MAX_ABOVE_HOLE = 16384;

/** Receives the payload of a stream in order. */
export interface StreamSink {
  /** `slot` is the flow's stream slot; `position` the stream position of the first byte (1 = first after the SYN). */
  streamData(slot: number, f: number, dir: number, ts: number, buf: Uint8Array, start: number, end: number): void;
  streamGap(slot: number, f: number, dir: number, ts: number, bytes: number): void;
}

/** Brings the payload of a direction into order: what is delivered, what is missing. */
export class TcpStreams {
  /** Directions given up because of too many holes. */
  overflows = 0;

  constructor(
    private readonly t: FlowTable,
    private readonly blocks: OutOfOrder,
    private readonly sink: StreamSink,
    private readonly weirds: Weirds,
  ) {}

  /** The other side acknowledged stream positions of `a` up to `position`. */
  acked(f: number, a: number, position: number, ts: number): void {
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
      scaledLetter(this.t, f, a, COUNT_GAP, LETTER.GAP);
      this.t.d[f * STRIDE_D + D_MISSED]! += bytes;
    }
    const slot = this.t.i[f * STRIDE_I + I_STREAM]!;
    if (slot >= 0) this.sink.streamGap(slot, f, a, ts, bytes);
  }

  /** Payload at a stream position. */
  data(f: number, e: number, position: number, length: number, ts: number, buf: Uint8Array, at: number): void {
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
      const slot = t.i[r + I_STREAM]!;
      if (slot >= 0) this.sink.streamData(slot, f, e, ts, buf, from + next - seq, from + upper - seq);
      return;
    }
    if (upper <= next) return;
    if (seq < next) {
      from += next - seq;
      seq = next;
    }
    const key = f * 2 + e;
    const wanted = t.i[r + I_STREAM]! >= 0;
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
        const slot = t.i[f * STRIDE_I + I_STREAM]!;
        const data = block.data;
        t.d[at] = block.end;
        if (slot >= 0 && data) this.sink.streamData(slot, f, e, ts, data, data.length - fresh, data.length);
        else if (slot >= 0) this.sink.streamGap(slot, f, e, ts, fresh);
      }
      this.blocks.shift(key);
    }
    if (!this.blocks.get(key)) t.i[f * STRIDE_I + I_FLAGS]! &= ~(FLAG_BLOCKS << e);
  }
}

function isClean(t: FlowTable, f: number, dir: number): boolean {
  const c = f * STRIDE_BYTES + dir;
  const state = t.b[c + B_STATE];
  return state === ESTABLISHED || (state === CLOSED && t.b[c + B_PREV] === ESTABLISHED);
}
