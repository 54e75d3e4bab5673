import type { DuckDBDataChunk } from '@duckdb/node-api';
import { BatchAppender } from '../../ingest/case/append-batch.js';
import type { Database } from '../../ingest/case/database.js';
import { doubles, integers } from '../../ingest/case/read-vectors.js';
import { type ColumnBatch, Int32Column, Int64Column, StringColumn } from '../../ingest/pcap/output/columns.js';
import type { AnalysisOptions } from '../options.js';
import { runPass } from '../passes.js';
import { MAX_SYMBOL, SymbolWriter } from './symbols.js';

const BLOCK = 500_000;
/** Bytes of letters, or rows, after which they go to the table. */
const FLUSH_BYTES = 8_000_000;
const FLUSH_ROWS = 30_720;

/**
 * Fills `letters` from `d_flows`: one ordered pass over (tuple, ts, flow_id), state kept through the case or, with
 * `reset: window`, within each window. `block`: flows held at once.
 */
export async function buildLetters(db: Database, options: AnalysisOptions['letters'], block = BLOCK): Promise<void> {
  await db.run('DELETE FROM letters');
  await runPass(db, 'letters/tuples.sql');
  await db.run(
    'CREATE OR REPLACE TEMP TABLE letter_strings (tuple INTEGER, tw_start TIMESTAMP, letters VARCHAR, "offset" BIGINT, flows BIGINT)',
  );
  const total = await db.number('SELECT count(*) FROM letter_rows');
  // Rows of a table that is not committed yet are numbered from a high number on.
  await db.run('SET VARIABLE letters_base = (SELECT min(rowid) FROM letter_rows)');
  const out = await BatchAppender.open(db, 'letter_strings');
  const strings = new LetterStrings(options, (batch) => out.append(batch));
  for (let from = 0; from < total; from += block) {
    await db.chunks(
      `SELECT tuple, epoch_us(ts)::DOUBLE, epoch_us(window_start(ts))::DOUBLE, kind::INTEGER FROM letter_rows
       WHERE rowid BETWEEN getvariable('letters_base') + ${from} AND getvariable('letters_base') + ${from + block - 1} ORDER BY rowid`,
      (chunk) => strings.read(chunk),
    );
  }
  strings.end();
  out.close();
  await db.run('DROP TABLE letter_rows');
  await runPass(db, 'letters/letters.sql');
}

/** Turns ordered rows into strings per tuple and window, handed on in batches. */
class LetterStrings {
  readonly #reset: boolean;
  readonly #writer: SymbolWriter;
  readonly #deliver: (batch: ColumnBatch) => void;
  #tuple = 0;
  #window = Number.NaN;
  /** Symbols of the tuple before this window, and in it. */
  #before = 0;
  #flows = 0;
  /** Where the letters of this row end in the bytes of the column. */
  #end = 0;
  readonly #letters = new StringColumn('letters');
  readonly #tuples = new Int32Column('tuple', 'int32');
  readonly #windows = new Int64Column('tw_start', 'timestamp');
  readonly #offsets = new Int64Column('offset', 'int64');
  readonly #counts = new Int64Column('flows', 'int64');

  constructor(options: AnalysisOptions['letters'], deliver: (batch: ColumnBatch) => void) {
    this.#reset = options.reset === 'window';
    this.#writer = new SymbolWriter(options.writing);
    this.#deliver = deliver;
  }

  /** Rows of (tuple INTEGER, ts DOUBLE, tw DOUBLE, kind INTEGER), in order. */
  read(chunk: DuckDBDataChunk): void {
    const rows = chunk.rowCount;
    const tuples = integers(chunk, 0);
    const times = doubles(chunk, 1);
    const windows = doubles(chunk, 2);
    const kinds = integers(chunk, 3);
    for (let i = 0; i < rows; i++) {
      const tuple = tuples[i]!;
      const window = windows[i]!;
      if (tuple !== this.#tuple || window !== this.#window) this.#next(tuple, window);
      const at = this.#end;
      // Room may move the bytes: positions stay.
      this.#letters.room(at - this.#start() + MAX_SYMBOL);
      this.#end = this.#writer.write(this.#letters.bytes, at, times[i]! / 1e6, kinds[i]!);
      this.#flows++;
    }
  }

  /** After the last row. */
  end(): void {
    this.#finishRow();
    this.#flush();
  }

  #start(): number {
    return this.#letters.room(0);
  }

  #next(tuple: number, window: number): void {
    this.#finishRow();
    if (tuple !== this.#tuple || this.#reset) {
      this.#writer.restart();
      this.#before = 0;
    }
    this.#tuple = tuple;
    this.#window = window;
    this.#end = this.#start();
  }

  #finishRow(): void {
    if (this.#flows === 0) return;
    this.#tuples.push(this.#tuple);
    this.#windows.push(this.#window);
    this.#offsets.push(this.#before);
    this.#counts.push(this.#flows);
    this.#letters.pushTo(this.#end);
    this.#before += this.#flows;
    this.#flows = 0;
    if (this.#end > FLUSH_BYTES || this.#tuples.length >= FLUSH_ROWS) this.#flush();
  }

  #flush(): void {
    const length = this.#tuples.length;
    if (length === 0) return;
    const columns = [this.#tuples, this.#windows, this.#letters, this.#offsets, this.#counts].map((c) => c.take());
    this.#deliver({ table: 'letter_strings', length, columns });
  }
}
