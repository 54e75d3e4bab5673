import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Database } from '../../ingest/case/database.js';

/** Most rows that one chunk of DuckDB has. */
export const CHUNK_ROWS = 2048;

/**
 * The chunks of a SELECT, one after the other: memory does not follow the size of the result.
 * @param visit gets the chunk and its number of rows, and is done with it when it returns
 */
export async function eachChunk(
  db: Database,
  sql: string,
  visit: (chunk: DuckDBDataChunk, rows: number) => void | Promise<void>,
): Promise<void> {
  const result = await db.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    await visit(chunk, chunk.rowCount);
  }
}
