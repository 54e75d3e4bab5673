import type { DuckDBValue } from '@duckdb/node-api';
import { DuckDBBlobValue, DuckDBListValue } from '@duckdb/node-api';
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';

/** Collects the values of one column until a record batch is full. */
export interface ColumnBuilder {
  /** SQL that gives values as `push` takes them. */
  readonly sql: string;
  readonly type: DataType;
  push(values: readonly DuckDBValue[]): void;
  /** What was pushed since the last call, as Arrow data. */
  take(): Data;
}

/** A builder for a column of a case's table. */
export function builderOf(quoted: string, type: string): ColumnBuilder {
  switch (type) {
    case 'BIGINT':
      return new Fixed(quoted, new Int64(), BigInt64Array);
    case 'TIMESTAMP':
      return new Fixed(`epoch_us(${quoted})`, new TimestampMicrosecond(), BigInt64Array);
    case 'INTEGER':
      return new Fixed(quoted, new Int32(), Int32Array);
    case 'DOUBLE':
      return new Fixed(quoted, new Float64(), Float64Array);
    case 'BOOLEAN':
      return new Bits(quoted);
    case 'BLOB':
      return new Bytes(quoted, new Binary());
    case 'VARCHAR[]':
      return new Lists(quoted, new Bytes('', new Utf8()));
    case 'DOUBLE[]':
      return new Lists(quoted, new Fixed('', new Float64(), Float64Array));
    case 'BIGINT[]':
      return new Lists(quoted, new Fixed('', new Int64(), BigInt64Array));
    default:
      return new Bytes(`${quoted}::VARCHAR`, new Utf8());
  }
}

type Numbers = BigInt64Array | Int32Array | Float64Array;

/** Which rows are NULL, one bit each, set where there is a value. */
class Validity {
  #bits = new Uint8Array(1024);
  length = 0;
  nulls = 0;

  add(present: boolean): void {
    const byte = this.length >> 3;
    if (byte >= this.#bits.length) this.#bits = grown(this.#bits, byte + 1);
    if (present) this.#bits[byte]! |= 1 << (this.length & 7);
    else this.nulls++;
    this.length++;
  }

  take(): { length: number; nullCount: number; nullBitmap: Uint8Array | null } {
    const { length, nulls: nullCount } = this;
    const nullBitmap = nullCount === 0 ? null : this.#bits.slice(0, (length + 7) >> 3);
    this.#bits.fill(0);
    this.length = 0;
    this.nulls = 0;
    return { length, nullCount, nullBitmap };
  }
}

/** The same bytes in a buffer of at least `size` elements. */
function grown<T extends Uint8Array | Numbers>(buffer: T, size: number): T {
  const bigger = new (buffer.constructor as new (n: number) => T)(Math.max(size, buffer.length * 2));
  bigger.set(buffer as never);
  return bigger;
}

class Fixed implements ColumnBuilder {
  readonly #validity = new Validity();
  #values: Numbers;

  constructor(
    readonly sql: string,
    readonly type: DataType,
    kind: new (n: number) => Numbers,
  ) {
    this.#values = new kind(2048);
  }

  push(values: readonly DuckDBValue[]): void {
    const from = this.#validity.length;
    if (from + values.length > this.#values.length) this.#values = grown(this.#values, from + values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      this.#validity.add(value !== null);
      this.#values[from + i] = (value ?? (this.#values instanceof BigInt64Array ? 0n : 0)) as never;
    }
  }

  take(): Data {
    const valid = this.#validity.take();
    return makeData({ type: this.type as Int64, ...valid, data: this.#values.slice(0, valid.length) as BigInt64Array });
  }
}

class Bits implements ColumnBuilder {
  readonly type = new Bool();
  readonly #validity = new Validity();
  readonly #values = new Validity();

  constructor(readonly sql: string) {}

  push(values: readonly DuckDBValue[]): void {
    for (const value of values) {
      this.#validity.add(value !== null);
      this.#values.add(value === true);
    }
  }

  take(): Data {
    const values = this.#values.take();
    const all = new Uint8Array((values.length + 7) >> 3).fill(255);
    return makeData({ type: this.type, ...this.#validity.take(), data: values.nullBitmap ?? all });
  }
}

/** Text in UTF-8, or bytes. */
class Bytes implements ColumnBuilder {
  readonly #validity = new Validity();
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(1 << 16);
  #used = 0;
  #offsets: Int32Array = new Int32Array(2049);

  constructor(
    readonly sql: string,
    readonly type: Utf8 | Binary,
  ) {}

  push(values: readonly DuckDBValue[]): void {
    for (const value of values) {
      this.#validity.add(value !== null);
      if (value instanceof DuckDBBlobValue) {
        this.#room(value.bytes.length);
        this.#bytes.set(value.bytes, this.#used);
        this.#used += value.bytes.length;
      } else if (value !== null) {
        const text = String(value);
        this.#room(text.length * 3);
        this.#used += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#used)).written;
      }
      const n = this.#validity.length;
      if (n >= this.#offsets.length) this.#offsets = grown(this.#offsets, n + 1);
      this.#offsets[n] = this.#used;
    }
  }

  #room(size: number): void {
    if (this.#used + size > this.#bytes.length) this.#bytes = grown(this.#bytes, this.#used + size);
  }

  take(): Data {
    const valid = this.#validity.take();
    const valueOffsets = this.#offsets.slice(0, valid.length + 1);
    const data = this.#bytes.slice(0, this.#used);
    this.#used = 0;
    this.#offsets[0] = 0;
    return makeData({ type: this.type as Utf8, ...valid, valueOffsets, data });
  }
}

class Lists implements ColumnBuilder {
  readonly type: List;
  readonly #validity = new Validity();
  #offsets: Int32Array = new Int32Array(2049);
  #used = 0;

  constructor(
    readonly sql: string,
    readonly items: ColumnBuilder,
  ) {
    this.type = new List(new Field('item', items.type, true));
  }

  push(values: readonly DuckDBValue[]): void {
    for (const value of values) {
      const list = value instanceof DuckDBListValue ? value.items : [];
      this.#validity.add(value !== null);
      this.items.push(list);
      this.#used += list.length;
      const n = this.#validity.length;
      if (n >= this.#offsets.length) this.#offsets = grown(this.#offsets, n + 1);
      this.#offsets[n] = this.#used;
    }
  }

  take(): Data {
    const valid = this.#validity.take();
    const valueOffsets = this.#offsets.slice(0, valid.length + 1);
    this.#used = 0;
    return makeData({ type: this.type, ...valid, valueOffsets, child: this.items.take() });
  }
}
