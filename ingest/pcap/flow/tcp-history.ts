import {
  HIST_ACK,
  HIST_DATA,
  HIST_FIN,
  HIST_FIN_RST,
  HIST_MULTI,
  HIST_RST,
  HIST_SYN,
  I_COUNTERS,
  I_LAST_FLAG,
  STRIDE_I,
} from './layout.js';
import type { FlowTable } from './table.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from './tcp-flags.js';

/** Letters of the history, upper case for the originator. */
export const LETTER = {
  ACK: 65,
  CHECKSUM: 67,
  DATA: 68,
  FIN: 70,
  GAP: 71,
  SYN_ACK: 72,
  FIN_RST: 73,
  MULTI: 81,
  RST: 82,
  SYN: 83,
  RETRANSMIT: 84,
  ZERO_WINDOW: 87,
  UNKNOWN: 88,
  FLIP: 94,
} as const;

/** Append a letter when its count (COUNT_ kind) reaches 1, 10, 100, … */
export function scaledLetter(t: FlowTable, f: number, dir: number, kind: number, upper: number): void {
  const at = f * STRIDE_I + I_COUNTERS + kind * 2 + dir;
  const count = (t.i[at]! + 1) | 0;
  t.i[at] = count;
  if (isPowerOfTen(count)) t.addHistory(f, upper | (dir << 5));
}

/** The letters of a segment: `rel` is its stream position. */
export function segmentLetters(t: FlowTable, f: number, e: number, flags: number, rel: number, len: number): void {
  const control = flags & (TCP_SYN | TCP_FIN | TCP_RST);
  if (control === 0) {
    if (len > 0) t.checkHistory(f, e, HIST_DATA, LETTER.DATA);
    else if (flags & TCP_ACK) t.checkHistory(f, e, HIST_ACK, LETTER.ACK);
  } else if (control === TCP_SYN) flagLetter(t, f, e, 0, HIST_SYN, flags & TCP_ACK ? LETTER.SYN_ACK : LETTER.SYN, rel);
  else if (control === TCP_FIN) flagLetter(t, f, e, 1, HIST_FIN, LETTER.FIN, rel + len);
  else if (control === TCP_RST) flagLetter(t, f, e, 2, HIST_RST, LETTER.RST, rel);
  else if ((control & (TCP_FIN | TCP_RST)) === (TCP_FIN | TCP_RST)) t.checkHistory(f, e, HIST_FIN_RST, LETTER.FIN_RST);
  else t.checkHistory(f, e, HIST_MULTI, LETTER.MULTI);
}

/** S, H, F and R come again when their sequence number differs from the last one. */
function flagLetter(
  t: FlowTable,
  f: number,
  e: number,
  kind: number,
  bit: number,
  letter: number,
  position: number,
): void {
  const at = f * STRIDE_I + I_LAST_FLAG + kind * 2 + e;
  if (t.checkHistory(f, e, bit, letter) && (position | 0) !== t.i[at]) t.addHistory(f, letter | (e << 5));
  t.i[at] = position;
}

function isPowerOfTen(n: number): boolean {
  if (n < 10) return n === 1;
  let rest = n;
  while (rest % 10 === 0) rest /= 10;
  return rest === 1;
}
