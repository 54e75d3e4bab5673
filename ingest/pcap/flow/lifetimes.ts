import { D_KILL_AT, D_LAST, D_SERIAL, STRIDE_D } from './layout.js';
import type { FlowTable } from './table.js';
import { Deadlines, type Timeouts } from './timeouts.js';
import { TimerWheel } from './wheel.js';

/** Why a flow left the table. */
export type Ended = 'closed' | 'timeout' | 'eof' | 'evicted';

/** Flows among which the one that was idle longest is looked for when there is no room. */
const EVICTION_SAMPLE = 16;

/** Decides when flows end: by packet time, at the end of the capture, and when there is no room for more. */
export class Lifetimes {
  /** Flows that had to leave for others. */
  evicted = 0;
  private readonly wheel: TimerWheel;
  private readonly deadlines: Deadlines;
  private nextSecond = Number.NEGATIVE_INFINITY;
  private clock = 0;
  private hand = 0;
  private readonly due = (f: number): void => {
    const deadline = this.deadlines.of(this.table, f);
    if (deadline <= this.clock) this.leaves(f);
    else this.wheel.add(f, deadline);
  };

  /** @param left is called for each flow that ends; its record is valid until it returns */
  constructor(
    private readonly table: FlowTable,
    timeouts: Timeouts,
    private readonly left: (f: number, ended: Ended) => void,
  ) {
    this.wheel = new TimerWheel(table);
    this.deadlines = new Deadlines(timeouts);
  }

  /** Packet time moves on: flows that are over leave. */
  tick(ts: number): void {
    // Most packets fall into the second of the one before.
    if (ts < this.nextSecond && ts >= this.nextSecond - 1e6) return;
    const before = this.clock;
    this.clock = ts;
    if (this.wheel.advance(ts, this.due)) this.nextSecond = (Math.floor(ts / 1e6) + 1) * 1e6;
    else this.clock = before;
  }

  begin(f: number): void {
    this.wheel.add(f, this.deadlines.of(this.table, f));
  }

  /** The deadline of a flow came nearer, or is another one altogether. */
  changed(f: number): void {
    this.wheel.remove(f);
    this.begin(f);
  }

  /** True when the flow was over before `ts`; it has left the table then. */
  over(f: number, ts: number): boolean {
    if (this.deadlines.of(this.table, f) > ts) return false;
    this.leaves(f);
    return true;
  }

  /** Another connection takes the place of a flow. */
  close(f: number): void {
    this.finish(f, 'closed');
  }

  /** The capture is over. */
  endOfCapture(f: number): void {
    if (this.deadlines.of(this.table, f) <= this.clock) this.leaves(f);
    else this.finish(f, this.closing(f) ? 'closed' : 'eof');
  }

  /** Flows still in the table, in order of their first packets. */
  remaining(): number[] {
    const { table } = this;
    const order: number[] = [];
    for (let f = 0; f < table.high; f++) if (table.isLive(f)) order.push(f);
    order.sort((a, b) => table.d[a * STRIDE_D + D_SERIAL]! - table.d[b * STRIDE_D + D_SERIAL]!);
    return order;
  }

  /** Make room: of some flows the one that was idle longest leaves. */
  evict(): void {
    const t = this.table;
    let oldest = -1;
    for (let seen = 0, steps = 0; seen < EVICTION_SAMPLE && steps < t.high; steps++) {
      if (this.hand >= t.high) this.hand = 0;
      const f = this.hand++;
      if (!t.isLive(f)) continue;
      seen++;
      if (oldest < 0 || t.d[f * STRIDE_D + D_LAST]! < t.d[oldest * STRIDE_D + D_LAST]!) oldest = f;
    }
    if (oldest < 0) return;
    this.evicted++;
    this.finish(oldest, 'evicted');
  }

  private leaves(f: number): void {
    this.finish(f, this.closing(f) ? 'closed' : 'timeout');
  }

  private closing(f: number): boolean {
    return this.table.d[f * STRIDE_D + D_KILL_AT]! > 0;
  }

  private finish(f: number, ended: Ended): void {
    this.wheel.remove(f);
    this.left(f, ended);
  }
}
