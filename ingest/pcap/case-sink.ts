import { BatchAppender } from '../case/append-batch.js';
import type { Database } from '../case/database.js';
import type { DissectRow, DissectTable } from './dissect/dissector.js';
import type { CaptureSink } from './options.js';
import type { ColumnBatch, ColumnData } from './output/columns.js';
import { RecordRows } from './output/record-rows.js';

/** Records of a table that go into the case together. */
const BATCH_ROWS = 8192;

/** Puts what the engine gives into the tables of the case, batch by batch. */
export class CaseSink implements CaptureSink {
  readonly #appenders = new Map<string, BatchAppender>();
  readonly #records = new Map<DissectTable, RecordRows>();

  constructor(
    private readonly db: Database,
    private readonly captureId: string,
    private readonly sourceId: string,
    /** flow_id of the flow with row 1. */
    private readonly flowBase: bigint,
  ) {}

  /** Tables that got rows, with their number. */
  get counts(): Map<string, number> {
    return new Map([...this.#appenders].map(([table, appender]) => [table, appender.rows]));
  }

  async flows(batch: ColumnBatch): Promise<void> {
    const columns = batch.columns.filter((c) => c.name !== 'file');
    await this.#append({ ...batch, columns: [this.#flowIds(batch), ...columns] });
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
    for (const builder of this.#records.values()) if (builder.length >= atLeast) await this.#append(builder.take());
  }

  async packetIndex(batch: ColumnBatch): Promise<void> {
    const offsets = batch.columns.filter((c) => c.name === 'offsets');
    await this.#append({ ...batch, columns: [this.#flowIds(batch), ...offsets] });
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

  /** Ends all appending; `keep` false: what is not yet in the tables is thrown away. */
  close(keep = true): void {
    for (const appender of this.#appenders.values()) appender.close(keep);
  }

  /** flow_ids follow the rows: the first flow of the capture has row 1. */
  #flowIds(batch: ColumnBatch): ColumnData {
    const rows = batch.columns.find((c) => c.name === 'row')!;
    const values = BigInt64Array.from(rows.values as BigInt64Array, (row) => this.flowBase + row - 1n);
    return { ...rows, name: 'flow_id', values };
  }

  async #append(batch: ColumnBatch): Promise<void> {
    let appender = this.#appenders.get(batch.table);
    if (!appender) {
      appender = await BatchAppender.open(this.db, batch.table);
      this.#appenders.set(batch.table, appender);
    }
    appender.append(batch, { capture_id: this.captureId, source_id: this.sourceId });
  }
}
