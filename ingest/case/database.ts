import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBMaterializedResult,
  DuckDBResult,
  DuckDBValue,
  Json,
} from '@duckdb/node-api';
import { garbageCollector } from './garbage-collector.js';

/** One row as plain JSON-safe values (integers beyond 2^53-1 as strings). */
export type Row = Record<string, Json>;

/** How often a statement is told again to stop: one that is only about to begin does not hear it, milliseconds. */
const TELL_AGAIN = 20;

/** A connection with the few calls the project uses. It knows what runs on it: closing it under a statement would take node down. */
export class Database {
  #connection: DuckDBConnection;
  readonly #running = new Set<Promise<unknown>>();
  #stopping = 0;
  #closed = false;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  get connection(): DuckDBConnection {
    return this.#connection;
  }

  /** Ends the connection; `resume` gives another. Nothing may run. */
  suspend(): void {
    if (this.#closed || this.busy) throw new Error('the connection was closed, or is in use');
    this.#closed = true;
    this.#connection.closeSync();
  }

  /** Goes on with another connection. */
  resume(connection: DuckDBConnection): void {
    this.#connection = connection;
    this.#closed = false;
  }

  /** True while a statement, or work that can be stopped, runs. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Runs one or more statements. */
  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<void> {
    await this.result(sql, values);
  }

  /**
   * Reads a result chunk by chunk. It is whole in memory meanwhile, so that rows can be appended on this connection; what it
   * took is given back soon after.
   */
  async chunks(sql: string, read: (chunk: DuckDBDataChunk) => void): Promise<void> {
    const rows = await this.result(sql);
    for (let chunk = await rows.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await rows.fetchChunk()) read(chunk);
    garbageCollector()({ type: 'minor' });
  }

  /** The whole result of the last statement. */
  result(sql: string, values?: Record<string, DuckDBValue>): Promise<DuckDBMaterializedResult> {
    return this.#track(() => this.connection.run(sql, values));
  }

  /** A result that is made while it is read. */
  async stream(sql: string): Promise<DuckDBResult> {
    const result = await this.#track(() => this.connection.stream(sql));
    const next = result.fetchChunk.bind(result);
    result.fetchChunk = () => this.#track(next);
    return result;
  }

  /** All rows of a SELECT, JSON-safe. */
  async all<T = Row>(sql: string, values?: Record<string, DuckDBValue>): Promise<T[]> {
    const reader = await this.#track(() => this.connection.runAndReadAll(sql, values));
    return reader.getRowObjectsJson() as T[];
  }

  /**
   * Runs work of several statements as one thing that `stop` waits for.
   * @throws Error of the statement that was stopped, or that came after
   */
  stoppable<T>(work: () => Promise<T>): Promise<T> {
    return this.#track(work);
  }

  /** Stops what runs: statements fail, also those that their work would go on with. Resolves when all has ended. */
  async stop(): Promise<void> {
    if (!this.busy) return;
    this.#stopping++;
    const tell = (): void => this.connection.interrupt();
    const again = setInterval(tell, TELL_AGAIN);
    try {
      tell();
      await Promise.allSettled(this.#running);
    } finally {
      clearInterval(again);
      this.#stopping--;
    }
  }

  /** Stops what runs and closes the connection: at once when nothing runs. Statements fail from now on. */
  close(): Promise<void> {
    const closed = this.#closed;
    this.#closed = true;
    if (this.busy) return this.stop().then(() => this.#disconnect(closed));
    this.#disconnect(closed);
    return Promise.resolve();
  }

  #disconnect(before: boolean): void {
    if (!before) this.#connection.closeSync();
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed || this.#stopping > 0) throw new Error(this.#closed ? 'the case was closed' : 'stopped');
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** The first row, or undefined. */
  async one<T = Row>(sql: string, values?: Record<string, DuckDBValue>): Promise<T | undefined> {
    return (await this.all<T>(sql, values))[0];
  }

  /** The first column of the first row as a number. */
  async number(sql: string, values?: Record<string, DuckDBValue>): Promise<number> {
    const row = await this.one<Row>(sql, values);
    return Number(row ? Object.values(row)[0] : 0);
  }

  /** Runs `work` in a transaction; rolled back when it throws. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN TRANSACTION');
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}
