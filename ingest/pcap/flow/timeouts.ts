import {
  B_STATE,
  D_FIRST,
  D_KILL_AT,
  D_LAST,
  I_PROTO,
  INACTIVE,
  STRIDE_BYTES,
  STRIDE_D,
  STRIDE_I,
  SYN_ACK_SENT,
} from './layout.js';
import type { FlowTable } from './table.js';

/** When idle flows end, in seconds of capture time. */
export interface Timeouts {
  tcpInactivity: number;
  /** A SYN that nobody answers. */
  tcpAttempt: number;
  /** How long a finished connection still takes up late packets. */
  tcpClose: number;
  udpInactivity: number;
  icmpInactivity: number;
  /** Everything that is not TCP, UDP or ICMP. */
  otherInactivity: number;
}

/** Zeek's defaults, with the longer TCP inactivity that long connections need. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  tcpInactivity: 3600,
  tcpAttempt: 5,
  tcpClose: 5,
  udpInactivity: 60,
  icmpInactivity: 60,
  otherInactivity: 60,
};

/** Computes when a flow is over. */
export class Deadlines {
  private readonly tcp: number;
  private readonly attempt: number;
  private readonly byProto = new Float64Array(256);

  constructor(timeouts: Timeouts) {
    this.tcp = timeouts.tcpInactivity * 1e6;
    this.attempt = timeouts.tcpAttempt * 1e6;
    this.byProto.fill(timeouts.otherInactivity * 1e6);
    this.byProto[17] = timeouts.udpInactivity * 1e6;
    this.byProto[1] = timeouts.icmpInactivity * 1e6;
    this.byProto[58] = timeouts.icmpInactivity * 1e6;
  }

  /** Time in microseconds at which the flow ends when nothing more comes. */
  of(t: FlowTable, f: number): number {
    const d = f * STRIDE_D;
    const proto = t.i[f * STRIDE_I + I_PROTO]!;
    const last = t.d[d + D_LAST]!;
    if (proto !== 6) return last + this.byProto[proto]!;
    const kill = t.d[d + D_KILL_AT]!;
    if (kill > 0) return kill;
    const c = f * STRIDE_BYTES + B_STATE;
    if (t.b[c + 1] === INACTIVE && t.b[c]! <= SYN_ACK_SENT) return t.d[d + D_FIRST]! + this.attempt;
    return last + this.tcp;
  }
}
