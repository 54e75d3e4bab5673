import type { OutOfOrder } from './blocks.js';
import {
  B_MAC,
  B_PREV,
  B_STATE,
  D_BYTES,
  D_FIN_SEQ,
  D_IP_BYTES,
  D_TRIM,
  FLAG_BLOCKS,
  FLAG_CLOSED,
  FLAG_EOF,
  FLAG_FIN,
  FLAG_FLIPPED,
  FLAG_MIDSTREAM,
  FLAG_PARTIAL,
  FLAG_SEEN,
  FLAG_SKIP,
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
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
} from './layout.js';
import type { FlowTable } from './table.js';
import { LETTER } from './tcp-history.js';

/** Exchange originator and responder. */
export function flipRoles(t: FlowTable, blocks: OutOfOrder, f: number): void {
  const i = t.i;
  const r = f * STRIDE_I;
  for (let k = 0; k < 4; k++) swap(i, r + I_ADDR + k, r + I_ADDR + 4 + k);
  i[r + I_PORTS] = (i[r + I_PORTS]! << 16) | (i[r + I_PORTS]! >>> 16);
  for (const at of [I_PKTS, I_START_SEQ, I_LAST_SEQ, I_ACK_SEQ, I_SEQ_WRAPS, I_ACK_WRAPS]) swap(i, r + at, r + at + 1);
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
  blocks.swap(f);
  t.addHistory(f, LETTER.FLIP);
}

function swap(array: Int32Array | Float64Array | Uint8Array, a: number, b: number): void {
  const value = array[a]!;
  array[a] = array[b]!;
  array[b] = value;
}
