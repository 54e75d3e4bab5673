import type { Database } from '../case/database.js';
import type { CaseSink } from '../pcap/case-sink.js';
import type { CaptureSink } from '../pcap/options.js';
import type { ColumnBatch } from '../pcap/output/columns.js';

/**
 * Which windows rows were written into since someone last asked: a flow belongs to the window of its first packet, however
 * late it ends. Times are microseconds since the epoch, windows are named by their start.
 */
export class TouchedWindows {
  /** Of records that wait for the next write. */
  #waiting = new Set<number>();
  /** Of rows that are in the tables. */
  readonly #written = new Set<number>();

  /** `width`: of a window, aligned to the epoch. */
  constructor(readonly width: number) {}

  /** A record waits to be written. */
  record(ts: number): void {
    this.#waiting.add(this.#start(ts));
  }

  /** What waits is written now; records that come meanwhile may wait for the next time. */
  writing(): void {
    for (const window of this.#waiting) this.#written.add(window);
    this.#waiting = new Set();
  }

  /** Flows that are being written; `since`: only those with a packet from then on. */
  flows(batch: ColumnBatch, since = Number.NEGATIVE_INFINITY): void {
    const times = wide(batch, 'ts');
    const durations = batch.columns.find((c) => c.name === 'duration')!.values as Float64Array;
    for (let i = 0; i < batch.length; i++) {
      const ts = times[2 * i + 1]! * 4_294_967_296 + times[2 * i]!;
      if (ts + durations[i]! * 1e6 >= since) this.#written.add(this.#start(ts));
    }
  }

  /**
   * Takes the windows to analyse: those with new rows that closed, and earlier ones as far as they hold no more than `budget`
   * flows; the others are taken next time, oldest first.
   * @param closed start of the first window that closed and end of the last
   * @param from windows before are left alone for good
   * @returns in order
   */
  async take(db: Database, closed: readonly [number, number], from: number, budget: number): Promise<number[]> {
    const taken: number[] = [];
    let flows = 0;
    for (const window of [...this.#written].sort((a, b) => a - b)) {
      if (window >= closed[1]) break;
      if (window >= from && window < closed[0]) {
        if (flows > budget) continue;
        flows += await db.number(
          `SELECT count(*) FROM flows WHERE ts >= make_timestamp(${window}::BIGINT) AND ts < make_timestamp(${window + this.width}::BIGINT)`,
        );
      }
      if (window >= from) taken.push(window);
      this.#written.delete(window);
    }
    return taken;
  }

  #start(ts: number): number {
    return Math.floor(ts / this.width) * this.width;
  }
}

/** The 32-bit halves of a column of 64-bit values, low one first: a BigInt for each would be garbage. */
function wide(batch: ColumnBatch, name: string): Uint32Array {
  const values = batch.columns.find((c) => c.name === name)!.values as BigInt64Array;
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** A sink that notes where rows go. */
export function noting(sink: CaseSink, touched: TouchedWindows): CaptureSink {
  return {
    begin: (file, flows) => sink.begin(file, flows),
    flows: (batch) => {
      touched.flows(batch);
      return sink.flows(batch);
    },
    record: (table, row) => {
      touched.record(Number(row.ts));
      sink.record(table, row);
    },
    written: () => sink.written(),
  };
}
