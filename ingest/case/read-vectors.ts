import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';

/** Bytes of a text in its place in a vector: length, then the text itself or, when it is longer, its beginning and where it is. */
const ENTRY = 16;
const INLINE = 12;

/** The values of a FLOAT column without NULLs, as they lie in the chunk. */
export function floats(chunk: DuckDBDataChunk, column: number): Float32Array {
  const bytes = bytesOf(chunk, column, 4);
  return new Float32Array(bytes.buffer, bytes.byteOffset, chunk.rowCount);
}

/** The values of a DOUBLE column without NULLs. */
export function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  const bytes = bytesOf(chunk, column, 8);
  return new Float64Array(bytes.buffer, bytes.byteOffset, chunk.rowCount);
}

/** The values of an INTEGER column without NULLs. */
export function integers(chunk: DuckDBDataChunk, column: number): Int32Array {
  const bytes = bytesOf(chunk, column, 4);
  return new Int32Array(bytes.buffer, bytes.byteOffset, chunk.rowCount);
}

/** The values of a BIGINT column without NULLs. */
export function bigints(chunk: DuckDBDataChunk, column: number): BigInt64Array {
  const bytes = bytesOf(chunk, column, 8);
  return new BigInt64Array(bytes.buffer, bytes.byteOffset, chunk.rowCount);
}

/** Texts of a VARCHAR column without NULLs, as bytes of UTF-8: no string is made. */
export class TextColumn {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(chunk: DuckDBDataChunk, column: number) {
    this.#bytes = bytesOf(chunk, column, ENTRY);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  /** Bytes of one row; they are gone with the chunk. */
  row(i: number): Uint8Array {
    const at = i * ENTRY;
    const length = this.#view.getUint32(at, true);
    if (length <= INLINE) return this.#bytes.subarray(at + 4, at + 4 + length);
    return duckdb.get_data_from_pointer(this.#bytes.buffer as ArrayBuffer, this.#bytes.byteOffset + at + 8, length);
  }
}

const bytesOf = (chunk: DuckDBDataChunk, column: number, width: number): Uint8Array =>
  duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * width);
