import { type DuckDBAppender, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { ColumnBatch, ColumnData } from '../pcap/output/columns.js';
import type { Database } from './database.js';
import { lit } from './sql.js';
import { writeColumn, writeConstant, writeNulls } from './vectors.js';

/** DuckDB's own rows per data chunk. */
const CHUNK_ROWS = 2048;
/** Rows that DuckDB's appender may hold before they go into the table. */
const HELD_ROWS = 32_768;

/**
 * Appends column batches (buffers in Arrow's layout) to a table on the case's connection, inside its transaction:
 * buffers are copied whole into data chunks, no value is touched one by one.
 */
export class BatchAppender {
  /** Rows appended so far. */
  rows = 0;
  readonly #names: readonly string[];
  readonly #types: readonly DuckDBType[];
  readonly #chunk: DuckDBDataChunk;
  readonly #appender: DuckDBAppender;
  #held = 0;

  private constructor(appender: DuckDBAppender, names: readonly string[]) {
    this.#appender = appender;
    this.#names = names;
    this.#types = names.map((_, k) => appender.columnType(k));
    this.#chunk = DuckDBDataChunk.create(this.#types);
  }

  /** Opens the table `table` of the case for appending. */
  static async open(db: Database, table: string): Promise<BatchAppender> {
    const columns = await db.all<{ name: string }>(`SELECT name FROM pragma_table_info(${lit(table)}) ORDER BY cid`);
    return new BatchAppender(
      await db.connection.createAppender(table),
      columns.map((c) => c.name),
    );
  }

  /**
   * Appends the rows of a batch. Columns are matched by name; those of `constants` have one text in every row, the
   * table's other columns become NULL.
   * @throws Error for a column that the table does not have
   */
  append(batch: ColumnBatch, constants: Readonly<Record<string, string>> = {}): void {
    const columns = this.#match(batch);
    for (let from = 0; from < batch.length; from += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, batch.length - from);
      const { chunk } = this.#chunk;
      duckdb.data_chunk_reset(chunk);
      duckdb.data_chunk_set_size(chunk, rows);
      for (const [k, name] of this.#names.entries()) {
        const vector = duckdb.data_chunk_get_vector(chunk, k);
        const column = columns[k];
        const constant = constants[name];
        if (column !== undefined) writeColumn(vector, this.#types[k]!, column, from, rows);
        else if (constant !== undefined) writeConstant(vector, constant, rows);
        else writeNulls(vector, rows);
      }
      this.#appender.appendDataChunk(this.#chunk);
      this.rows += rows;
      this.#held += rows;
    }
    if (this.#held >= HELD_ROWS) this.flush();
  }

  /** What was appended goes into the table. */
  flush(): void {
    this.#held = 0;
    this.#appender.flushSync();
  }

  /** Ends appending; `keep` false: what is still held is thrown away. */
  close(keep = true): void {
    if (keep) this.flush();
    else this.#appender.clear();
    this.#appender.closeSync();
  }

  #match(batch: ColumnBatch): (ColumnData | undefined)[] {
    for (const { name } of batch.columns) {
      if (!this.#names.includes(name)) throw new Error(`table ${batch.table} has no column ${name}`);
    }
    return this.#names.map((name) => batch.columns.find((c) => c.name === name));
  }
}
