import {
  B_PREV,
  B_STATE,
  D_NEXT,
  FLAG_FIN,
  FLAG_SKIP,
  I_ACK_SEQ,
  I_ACK_WRAPS,
  I_FLAGS,
  I_LAST_SEQ,
  I_SEQ_WRAPS,
  I_START_SEQ,
  INACTIVE,
  RESET,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
  SYN_SENT,
} from './layout.js';
import type { FlowTable } from './table.js';

const WRAP = 0x100000000;

/** Set by {@link relative} when the number lies before the start of the stream. */
export let underflow = false;

/**
 * Position of a sequence number relative to the initial one, where `last` was the latest number seen and `wraps` how
 * often the 32-bit space was passed.
 */
export function relative(start: number, current: number, last: number, lastWraps: number): number {
  underflow = false;
  let wraps = lastWraps;
  const delta = (current - last) | 0;
  if (delta < 0) {
    if (wraps > 0 && current >>> 0 > last >>> 0) wraps--;
  } else if (delta > 0 && current >>> 0 < last >>> 0) wraps++;
  if (wraps === 0) {
    const distance = (current - start) | 0;
    underflow = distance < 0;
    return distance;
  }
  return wraps * WRAP + (current >>> 0) - (start >>> 0);
}

/** Set start, acknowledged and last sequence number of an endpoint. */
export function initSequence(t: FlowTable, f: number, dir: number, start: number, last: number): void {
  const r = f * STRIDE_I + dir;
  t.i[r + I_START_SEQ] = start;
  t.i[r + I_ACK_SEQ] = start;
  t.i[r + I_LAST_SEQ] = last;
}

/** Stream position one past the last byte that the endpoint sent. */
export function lastPosition(t: FlowTable, f: number, dir: number): number {
  const r = f * STRIDE_I + dir;
  return t.i[r + I_SEQ_WRAPS]! * WRAP + (t.i[r + I_LAST_SEQ]! >>> 0) - (t.i[r + I_START_SEQ]! >>> 0);
}

/** Stream position that the other side acknowledged. */
export function ackPosition(t: FlowTable, f: number, dir: number): number {
  const r = f * STRIDE_I + dir;
  return t.i[r + I_ACK_WRAPS]! * WRAP + (t.i[r + I_ACK_SEQ]! >>> 0) - (t.i[r + I_START_SEQ]! >>> 0);
}

/** True while nothing beyond the SYN was acknowledged. */
export function nothingAcked(t: FlowTable, f: number, dir: number): boolean {
  const r = f * STRIDE_I + dir;
  const distance = (t.i[r + I_ACK_SEQ]! - t.i[r + I_START_SEQ]!) | 0;
  return distance === 0 || distance === 1;
}

/** Payload bytes that an endpoint sent, by its sequence numbers. */
export function streamBytes(t: FlowTable, f: number, dir: number): number {
  const c = f * STRIDE_BYTES;
  const state = t.b[c + B_STATE + dir];
  if (
    t.b[c + B_PREV + dir] === SYN_SENT &&
    state === RESET &&
    t.b[c + B_STATE + (dir ^ 1)] === INACTIVE &&
    !nothingAcked(t, f, dir)
  ) {
    // A half-open connection was discovered: the numbers do not tell a size.
    return 0;
  }
  const sent = lastPosition(t, f, dir);
  const acked = ackPosition(t, f, dir);
  let size = Math.max(sent, acked);
  // SYN and FIN take one number each.
  if (size !== 0) size--;
  if ((t.i[f * STRIDE_I + I_FLAGS]! & (FLAG_FIN << dir)) !== 0 && size !== 0) size--;
  return Math.max(size, 0);
}

/** True when bytes before the end of what was sent were not delivered yet. */
export function dataPending(t: FlowTable, f: number, dir: number): boolean {
  if ((t.i[f * STRIDE_I + I_FLAGS]! & (FLAG_SKIP << dir)) !== 0) return false;
  return t.d[f * STRIDE_D + D_NEXT + dir]! + 1 < lastPosition(t, f, dir);
}
