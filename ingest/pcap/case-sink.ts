import { BatchAppender } from '../case/append-batch.js';
import type { Database } from '../case/database.js';
import type { DissectRow, DissectTable } from './dissect/dissector.js';
import type { CaptureSink } from './options.js';
import { type ColumnBatch, type ColumnData, StringColumn } from './output/columns.js';
import { RecordRows } from './output/record-rows.js';

/** Records of a table that go into the case together. */
const BATCH_ROWS = 8192;

/** A capture of the stream, as the case knows it. */
interface Part {
  readonly captureId: string;
  /** flow_id of its flow with row 1. */
  readonly flowBase: bigint;
  /** Rows per table. */
  readonly counts: Map<string, number>;
}

/**
 * Puts what the engine gives into the tables of the case, batch by batch. A flow belongs to the capture that has its
 * first packet, a record to the capture that was being read when it was written.
 */
export class CaseSink implements CaptureSink {
  readonly #appenders = new Map<string, BatchAppender>();
  readonly #records = new Map<DissectTable, RecordRows>();
  readonly #parts: Part[] = [];

  constructor(
    private readonly db: Database,
    private readonly sourceId: string,
    /** Of the captures of the stream, in order; more may be added while it is read. */
    private readonly captureIds: readonly string[],
    /** flow_id of the first flow. */
    private readonly flowBase: bigint,
  ) {}

  /** Rows per table of a capture. */
  counts(file: number): Map<string, number> {
    return this.#parts[file]?.counts ?? new Map();
  }

  async begin(file: number, flows: number): Promise<void> {
    await this.written(1);
    for (const builder of this.#records.values()) builder.rows = 0;
    this.#parts.push({
      captureId: this.captureIds[file]!,
      flowBase: this.flowBase + BigInt(flows),
      counts: new Map(),
    });
  }

  async flows(batch: ColumnBatch): Promise<void> {
    const files = batch.columns.find((c) => c.name === 'file')!.values as Int32Array;
    const columns = batch.columns.filter((c) => c.name !== 'file');
    columns.unshift(flowIds(batch, (row, k) => this.#parts[files[k]!]!.flowBase + row - 1n));
    for (const file of files) add(this.#parts[file]!.counts, 'flows', 1);
    if (this.#parts.length === 1) await this.#append({ ...batch, columns }, this.#parts[0]!.captureId);
    else {
      const ids = new StringColumn('capture_id');
      for (const file of files) ids.push(this.#parts[file]!.captureId);
      await this.#append({ ...batch, columns: [...columns, ids.take()] });
    }
  }

  record(table: DissectTable, row: DissectRow): void {
    let builder = this.#records.get(table);
    if (!builder) {
      builder = new RecordRows(table);
      this.#records.set(table, builder);
    }
    builder.add(row);
  }

  async written(atLeast = BATCH_ROWS): Promise<void> {
    for (const builder of this.#records.values()) {
      if (builder.length < atLeast) continue;
      const { captureId, counts } = this.#parts.at(-1)!;
      add(counts, builder.table, builder.length);
      await this.#append(builder.take(), captureId);
    }
  }

  async packetIndex(batch: ColumnBatch): Promise<void> {
    const of = (name: string) => batch.columns.find((c) => c.name === name)!.values as Int32Array;
    const flowFiles = of('flow_file');
    const { captureId, counts } = this.#parts[of('file')[0]!]!;
    add(counts, 'packet_index', batch.length);
    const columns = batch.columns.filter((c) => c.name === 'offsets');
    columns.unshift(flowIds(batch, (row, k) => this.#parts[flowFiles[k]!]!.flowBase + row - 1n));
    await this.#append({ ...batch, columns }, captureId);
  }

  /** What was appended goes into the tables; appending goes on. */
  flush(): void {
    for (const appender of this.#appenders.values()) appender.flush();
  }

  /** The reading is over: what has gathered goes into the tables. */
  async finish(): Promise<void> {
    await this.written(1);
    this.close();
  }

  /** As `flush`, and lets go of the connection's appenders: the next rows open new ones. */
  release(): void {
    this.close();
    this.#appenders.clear();
  }

  /** Ends all appending; `keep` false: what is not yet in the tables is thrown away. */
  close(keep = true): void {
    for (const appender of this.#appenders.values()) appender.close(keep);
  }

  async #append(batch: ColumnBatch, captureId?: string): Promise<void> {
    let appender = this.#appenders.get(batch.table);
    if (!appender) {
      appender = await BatchAppender.open(this.db, batch.table);
      this.#appenders.set(batch.table, appender);
    }
    appender.append(batch, {
      source_id: this.sourceId,
      ...(captureId === undefined ? {} : { capture_id: captureId }),
    });
  }
}

const add = (counts: Map<string, number>, table: string, rows: number): void => {
  counts.set(table, (counts.get(table) ?? 0) + rows);
};

/** flow_ids follow the rows of the captures: the first flow of each has row 1. */
function flowIds(batch: ColumnBatch, of: (row: bigint, k: number) => bigint): ColumnData {
  const rows = batch.columns.find((c) => c.name === 'row')!;
  return { ...rows, name: 'flow_id', values: BigInt64Array.from(rows.values as BigInt64Array, of) };
}
