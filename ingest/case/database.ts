import type { DuckDBConnection, DuckDBValue, Json } from '@duckdb/node-api';

/** One row as plain JSON-safe values (integers beyond 2^53-1 as strings). */
export type Row = Record<string, Json>;

/** A connection with the few calls the project uses. */
export class Database {
  readonly connection: DuckDBConnection;
  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  /** Runs one or more statements. */
  async run(sql: string, values?: Record<string, DuckDBValue>): Promise<void> {
    await this.connection.run(sql, values);
  }

  /** All rows of a SELECT, JSON-safe. */
  async all<T = Row>(sql: string, values?: Record<string, DuckDBValue>): Promise<T[]> {
    const reader = await this.connection.runAndReadAll(sql, values);
    return reader.getRowObjectsJson() as T[];
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
