import duckdb, { type Vector } from '@duckdb/node-bindings';

/** Texts of at most this many bytes lie inside their 16-byte entry (DuckDB's `duckdb_string_t`). */
const INLINED = 12;

/**
 * Writes texts into VARCHAR vectors. A vector's entry is its length and either the text itself or four bytes of it and
 * an address. DuckDB copies the texts of a whole column once, as one value; the entries are then cut out of that copy.
 */
export class TextWriter {
  #entries = new Uint8Array(2048 * 16);
  #words = new Uint32Array(this.#entries.buffer);
  readonly #encoder = new TextEncoder();

  /** Rows `[from, from + rows)` of texts given as UTF-8 bytes and the start of each. */
  write(vector: Vector, bytes: Uint8Array, offsets: Int32Array, from: number, rows: number): void {
    this.#reserve(rows);
    const entries = this.#entries;
    const words = this.#words;
    const start = offsets[from]!;
    let low = -1;
    let high = 0;
    for (let k = 0; k < rows; k++) {
      const at = offsets[from + k]!;
      const length = offsets[from + k + 1]! - at;
      const w = k * 4;
      words[w] = length;
      if (length <= INLINED) {
        words[w + 1] = 0;
        words[w + 2] = 0;
        words[w + 3] = 0;
        const to = k * 16 + 4;
        for (let b = 0; b < length; b++) entries[to + b] = bytes[at + b]!;
        continue;
      }
      if (low < 0) {
        const address = this.#place(vector, bytes.subarray(start, offsets[from + rows]!));
        low = address.low;
        high = address.high;
      }
      words[w + 1] = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
      const sum = low + (at - start);
      words[w + 2] = sum;
      words[w + 3] = sum > 0xffffffff ? high + 1 : high;
    }
    duckdb.copy_data_to_vector(vector, 0, entries.buffer, 0, rows * 16);
  }

  /** One text in every row. */
  repeat(vector: Vector, text: string, rows: number): void {
    const bytes = this.#encoder.encode(text);
    this.write(vector, bytes, Int32Array.of(0, bytes.length), 0, 1);
    this.#reserve(rows);
    for (let k = 4; k < rows * 4; k++) this.#words[k] = this.#words[k - 4]!;
    duckdb.copy_data_to_vector(vector, 0, this.#entries.buffer, 0, rows * 16);
  }

  /** DuckDB's copy of the text, owned by the vector: its address. */
  #place(vector: Vector, text: Uint8Array): { low: number; high: number } {
    duckdb.vector_assign_string_element_len(vector, 0, text);
    const entry = duckdb.vector_get_data(vector, 16);
    const view = new DataView(entry.buffer, entry.byteOffset, 16);
    return { low: view.getUint32(8, true), high: view.getUint32(12, true) };
  }

  #reserve(rows: number): void {
    if (rows * 16 <= this.#entries.length) return;
    const larger = new Uint8Array(Math.max(rows * 16, this.#entries.length * 2));
    larger.set(this.#entries);
    this.#entries = larger;
    this.#words = new Uint32Array(larger.buffer);
  }
}
