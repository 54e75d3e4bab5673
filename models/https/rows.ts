import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
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

/** The values of a FLOAT column without NULLs, as they lie in the chunk. */
export function floats(chunk: DuckDBDataChunk, column: number, rows: number): Float32Array {
  const bytes = bytesOf(chunk, column, rows * 4);
  return new Float32Array(bytes.buffer, bytes.byteOffset, rows);
}

/** The values of an INTEGER column without NULLs. */
export function integers(chunk: DuckDBDataChunk, column: number, rows: number): Int32Array {
  const bytes = bytesOf(chunk, column, rows * 4);
  return new Int32Array(bytes.buffer, bytes.byteOffset, rows);
}

/** The values of a BIGINT column without NULLs. */
export function bigints(chunk: DuckDBDataChunk, column: number, rows: number): BigInt64Array {
  const bytes = bytesOf(chunk, column, rows * 8);
  return new BigInt64Array(bytes.buffer, bytes.byteOffset, rows);
}

const bytesOf = (chunk: DuckDBDataChunk, column: number, bytes: number): Uint8Array =>
  duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, column), bytes);
