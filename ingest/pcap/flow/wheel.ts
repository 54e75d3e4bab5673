import { I_BUCKET, I_BUCKET_NEXT, I_BUCKET_PREV, STRIDE_I } from './layout.js';
import type { FlowTable } from './table.js';

const BUCKETS = 8192;

/**
 * Timer wheel with buckets of one second. A flow is in exactly one bucket; what a bucket holds is checked again when
 * its time comes, so a flow that lives longer than planned is just filed again.
 */
export class TimerWheel {
  private readonly heads = new Int32Array(BUCKETS).fill(-1);
  /** Second up to which buckets were visited; NaN before the first packet. */
  private cursor = Number.NaN;
  /** Packets from the past in a row, and how many of them turn the wheel back. */
  private late = 0;
  private patience = 64;

  constructor(private readonly table: FlowTable) {}

  /** File a flow under its deadline (microseconds). */
  add(f: number, deadline: number): void {
    let second = Math.floor(deadline / 1e6) + 1;
    if (!(second > this.cursor)) second = this.cursor + 1;
    if (second > this.cursor + BUCKETS - 1) second = this.cursor + BUCKETS - 1;
    const bucket = bucketOf(second);
    const i = this.table.i;
    const r = f * STRIDE_I;
    const next = this.heads[bucket]!;
    i[r + I_BUCKET] = bucket;
    i[r + I_BUCKET_PREV] = -1;
    i[r + I_BUCKET_NEXT] = next;
    if (next >= 0) i[next * STRIDE_I + I_BUCKET_PREV] = f;
    this.heads[bucket] = f;
  }

  remove(f: number): void {
    const i = this.table.i;
    const r = f * STRIDE_I;
    const prev = i[r + I_BUCKET_PREV]!;
    // The flow is being visited and is in no list.
    if (prev === -2) return;
    const next = i[r + I_BUCKET_NEXT]!;
    if (prev >= 0) i[prev * STRIDE_I + I_BUCKET_NEXT] = next;
    else this.heads[i[r + I_BUCKET]!] = next;
    if (next >= 0) i[next * STRIDE_I + I_BUCKET_PREV] = prev;
  }

  /**
   * Move to `now` (microseconds) and hand every flow whose bucket was passed to `due`, which removes it or files it
   * again. Time may jump. A packet from the past does not turn the wheel back, because a capture that jumps to and fro
   * would cost a turn each time; many in a row do, as after a wrong time stamp far in the future.
   * @returns false when `now` is in the past of the wheel
   */
  advance(now: number, due: (f: number) => void): boolean {
    const second = Math.floor(now / 1e6);
    if (second === this.cursor) {
      this.late = 0;
      return true;
    }
    if (!(second > this.cursor)) {
      if (!Number.isNaN(this.cursor) && ++this.late < this.patience) return false;
      if (this.late > 0) this.patience *= 2;
      this.late = 0;
      this.cursor = second;
      return true;
    }
    this.late = 0;
    const steps = Math.min(second - this.cursor, BUCKETS);
    const first = bucketOf(second - steps + 1);
    this.cursor = second;
    for (let k = 0; k < steps; k++) this.visit((first + k) & (BUCKETS - 1), due);
    return true;
  }

  private visit(bucket: number, due: (f: number) => void): void {
    let f = this.heads[bucket]!;
    if (f < 0) return;
    this.heads[bucket] = -1;
    // The list is detached first: flows that are filed again may land in this bucket.
    while (f >= 0) {
      const next = this.table.i[f * STRIDE_I + I_BUCKET_NEXT]!;
      this.table.i[f * STRIDE_I + I_BUCKET_PREV] = -2;
      due(f);
      f = next;
    }
  }
}

function bucketOf(second: number): number {
  const bucket = second % BUCKETS;
  return bucket < 0 ? bucket + BUCKETS : bucket || 0;
}
