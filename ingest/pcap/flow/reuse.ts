import {
  B_STATE,
  CLOSED,
  FLAG_CLOSED,
  I_FLAGS,
  I_START_SEQ,
  INACTIVE,
  RESET,
  STRIDE_BYTES,
  STRIDE_I,
  SYN_ACK_SENT,
  SYN_SENT,
} from './layout.js';
import type { FlowTable } from './table.js';
import { TCP_ACK } from './tcp-flags.js';
import type { Weirds } from './weirds.js';

/** True when a SYN starts a new connection between the ports of the flow. */
export function isReused(t: FlowTable, weirds: Weirds, f: number, flags: number, seq: number): boolean {
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
    weirds.add(f, t.b[c + dir] === SYN_SENT ? 'SYN_seq_jump' : 'active_connection_reuse');
  } else if (t.b[c] !== RESET && t.b[c + 1] !== RESET) {
    const open = isOpen(t.b[c]!) || isOpen(t.b[c + 1]!);
    weirds.add(f, open ? 'active_connection_reuse' : 'premature_connection_reuse');
  }
  return true;
}

/** True while nobody has answered a connection. */
export function isAttempt(t: FlowTable, f: number): boolean {
  const c = f * STRIDE_BYTES + B_STATE;
  return t.b[c + 1] === INACTIVE && t.b[c]! <= SYN_ACK_SENT;
}

/** Endpoint states in which more may come. */
function isOpen(state: number): boolean {
  return state !== INACTIVE && state !== CLOSED && state !== RESET;
}
