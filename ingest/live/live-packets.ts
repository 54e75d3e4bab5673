import { createHash, type Hash } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';
import { CaseSink } from '../pcap/case-sink.js';
import type { DissectorFactory } from '../pcap/dissect/dissector.js';
import { captureFields } from '../pcap/fields.js';
import type { Timeouts } from '../pcap/flow/timeouts.js';
import { CaptureParser } from '../pcap/read/parser.js';
import { CaptureRun } from '../pcap/run.js';
import { noting, TouchedWindows } from './touched-windows.js';

export interface LiveSource {
  readonly iface: string;
  readonly site: string;
  readonly dissectors: readonly DissectorFactory[];
  readonly timeouts: Timeouts;
  /** Width of a window in microseconds. */
  readonly window: number;
}

/** Numbers of a running capture. */
export interface LiveCounts {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  readonly openFlows: number;
  /** Of the packet that came last, in microseconds since the epoch; undefined before the first. */
  readonly lastTs: number | undefined;
}

/**
 * A pcap stream on its way into a case: the same decoder, flows and dissectors as for files. `push` takes bytes as they come,
 * `flush` writes what has gathered; between two flushes nothing of the case is touched.
 */
export class LivePackets {
  readonly captureId: string;
  readonly sourceId: string;
  /** Windows with new rows. */
  readonly touched: TouchedWindows;
  readonly #db: Database;
  readonly #source: LiveSource;
  readonly #run: CaptureRun;
  #parser: CaptureParser;
  readonly #sink: CaseSink;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  /** Time of the last packet that an earlier snapshot of open flows has seen. */
  #seenTo = Number.NEGATIVE_INFINITY;

  private constructor(db: Database, source: LiveSource, captureId: string, sourceId: string, flowBase: bigint) {
    this.#db = db;
    this.#source = source;
    this.captureId = captureId;
    this.sourceId = sourceId;
    this.#sink = new CaseSink(db, sourceId, [captureId], flowBase);
    const options = {
      seed: captureId,
      firstRow: 1,
      dissectors: source.dissectors,
      timeouts: source.timeouts,
      packetIndex: false,
    };
    this.touched = new TouchedWindows(source.window);
    this.#run = new CaptureRun(options, noting(this.#sink, this.touched));
    this.#run.begin(source.iface);
    this.#parser = new CaptureParser(this.#run, this.#run.problems, 0, source.iface, true);
  }

  /**
   * Enters the capture into the case.
   * @param db a connection of its own, so that flows can be written while an analysis runs on another
   * @param first the stream's first bytes, which name it; they still have to be pushed
   */
  static async begin(db: Database, source: LiveSource, first: Uint8Array): Promise<LivePackets> {
    const named = createHash('sha256')
      .update(`live\x1f${source.site}\x1f${source.iface}\x1f`)
      .update(first)
      .digest('hex');
    const captureId = named.slice(0, 16);
    const sourceId = named.slice(16, 28);
    const flowBase = BigInt(await db.number('SELECT coalesce(max(flow_id), -1) + 1 FROM flows'));
    await db.transaction(async () => {
      await db.run(
        `INSERT INTO sources VALUES (${lit(sourceId)}, ${lit(source.site)}, 'pcap', ${lit(source.iface)}, '{"live":true}')`,
      );
      await db.run(
        `INSERT INTO captures VALUES (${lit(captureId)}, ${lit(sourceId)}, ${lit(source.iface)}, 0, ${lit(named)}, 0, 0, NULL, NULL,
           'live', ${lit(JSON.stringify(about(source)))})`,
      );
      const fields = captureFields();
      const values = [...new Set(fields)].sort().map((f) => `(${lit(sourceId)}, ${f.split('.').map(lit).join(', ')})`);
      await db.run(`INSERT INTO source_fields VALUES ${values.join(', ')}`);
    });
    const live = new LivePackets(db, source, captureId, sourceId, flowBase);
    await live.#sink.begin(0, 0);
    return live;
  }

  get counts(): LiveCounts {
    return {
      packets: this.#run.packets,
      bytes: this.#bytes,
      flows: this.#run.flows.started,
      openFlows: this.#run.flows.table.size,
      lastTs: this.#run.packets > 0 ? this.#run.lastTs : undefined,
    };
  }

  /** Batches of rows that wait for the next flush. */
  get waiting(): number {
    return this.#run.queue.length;
  }

  /** A new stream follows the one that broke off; flows go on over the gap. */
  resume(): void {
    this.#parser = new CaptureParser(this.#run, this.#run.problems, 0, this.#source.iface, true);
  }

  /** Packets are decoded at once; rows wait for the next flush. */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    if (!this.#parser.done) this.#parser.push(chunk);
  }

  /** Time goes on without packets: flows that are over leave. `ts`: microseconds since the epoch. */
  tick(ts: number): void {
    this.#run.flows.lifetimes.tick(ts);
  }

  /** Writes finished flows, records, and the open flows as they stand now. The case is whole before and after. */
  async flush(): Promise<void> {
    this.#run.takeFinished();
    await this.#write(async () => {
      const open = this.#run.snapshot();
      if (!open) return;
      this.touched.flows(open, this.#seenTo);
      this.#seenTo = this.#run.lastTs;
      await this.#sink.flows(open);
    });
  }

  /** Lets go of what the connection holds besides the case: the case may be renewed until the next flush. */
  release(): void {
    this.#sink.release();
  }

  /** The capture is over: all flows end. */
  async finish(drops: { received: number; dropped: number } | undefined): Promise<void> {
    try {
      this.#parser.end();
    } catch {
      // A stream that ended inside a packet: what came before is in.
    }
    const { lifetimes } = this.#run.flows;
    for (const f of lifetimes.remaining()) lifetimes.endOfCapture(f);
    this.#run.end();
    await this.#write(() => Promise.resolve());
    this.#sink.close();
    const db = this.#db;
    const problems = this.#run.problems.list().map((p) => ({ ...p }));
    const details = {
      ...about(this.#source),
      packets: this.#run.packets,
      ...(drops ? { kernel_received: drops.received, kernel_dropped: drops.dropped } : {}),
      ...(drops && drops.dropped > 0
        ? { warnings: [`the kernel dropped ${drops.dropped} of ${drops.received} packets`] }
        : {}),
      ...(problems.length > 0 ? { problems } : {}),
    };
    await db.run(
      `UPDATE captures SET status = 'complete', sha256 = ${lit(this.#hash.digest('hex'))}, details = ${lit(JSON.stringify(details))}
       WHERE capture_id = ${lit(this.captureId)}`,
    );
  }

  async #write(last: () => Promise<void>): Promise<void> {
    const db = this.#db;
    const capture = lit(this.captureId);
    await db.transaction(async () => {
      await db.run(`DELETE FROM flows WHERE capture_id = ${capture} AND ended = 'open'`);
      this.touched.writing();
      await this.#run.drain();
      await this.#sink.written(1);
      await last();
      this.#sink.flush();
      const file = this.#run.files[0]!;
      if (file.firstTs === undefined) return;
      await db.run(
        `UPDATE captures SET bytes = ${this.#bytes}, records = ${this.#run.flows.started},
           first_ts = make_timestamp(${Math.round(file.firstTs)}), last_ts = make_timestamp(${Math.round(file.lastTs!)})
         WHERE capture_id = ${capture}`,
      );
    });
  }
}

/** What a capture is, and the addresses of the machine on its interface: views mark them. */
function about({ iface }: LiveSource): { readonly what: string; readonly addresses: readonly string[] } {
  const all = networkInterfaces();
  const list = iface === 'any' ? Object.values(all).flat() : all[iface];
  const addresses = new Set((list ?? []).map((a) => a!.address.split('%')[0]!));
  return { what: `live capture on ${iface}`, addresses: [...addresses].sort() };
}
