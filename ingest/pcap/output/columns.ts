/** Column types of a batch. `timestamp` is microseconds since the epoch, UTC. */
export type ColumnType =
  | 'int64'
  | 'timestamp'
  | 'double'
  | 'int32'
  | 'bool'
  | 'utf8'
  | 'list<utf8>'
  | 'list<int64>'
  | 'list<double>';

/** One finished column: buffers in Arrow's layout, which may be transferred to another thread. */
export interface ColumnData {
  readonly name: string;
  readonly type: ColumnType;
  readonly length: number;
  readonly nullCount: number;
  /** One bit per row, 1 = present; undefined when nothing is null. */
  readonly validity: Uint8Array | undefined;
  /** Fixed-width values, bits of a bool column, or bytes of strings; of the elements for lists. */
  readonly values: BigInt64Array | Float64Array | Int32Array | Uint8Array;
  /** Start of each value in `values` (strings) or `elements` (lists), length + 1 entries. */
  readonly offsets: Int32Array | undefined;
  /** Start of each string element of a `list<utf8>`. */
  readonly elementOffsets: Int32Array | undefined;
}

/** Rows of one table as columns. */
export interface ColumnBatch {
  readonly table: string;
  readonly length: number;
  readonly columns: readonly ColumnData[];
}

abstract class Column {
  length = 0;
  protected nulls = 0;
  private valid = new Uint8Array(128);

  constructor(
    readonly name: string,
    readonly type: ColumnType,
  ) {}

  protected mark(present: boolean): void {
    const n = this.length++;
    if (n >> 3 >= this.valid.length) this.valid = enlarge(this.valid, n >> 3);
    if (present) this.valid[n >> 3]! |= 1 << (n & 7);
    else this.nulls++;
  }

  protected finish(
    values: ColumnData['values'],
    offsets?: Int32Array | undefined,
    elementOffsets?: Int32Array | undefined,
  ): ColumnData {
    const data: ColumnData = {
      name: this.name,
      type: this.type,
      length: this.length,
      nullCount: this.nulls,
      validity: this.nulls > 0 ? this.valid.slice(0, (this.length + 7) >> 3) : undefined,
      values,
      offsets,
      elementOffsets,
    };
    this.length = 0;
    this.nulls = 0;
    this.valid.fill(0);
    return data;
  }

  /** The column so far; the builder starts again. */
  abstract take(): ColumnData;
}

/** 64-bit integers (or times), given as numbers up to 2^53. */
export class Int64Column extends Column {
  /** Halves of the values: writing them avoids a BigInt per value. */
  private words = new Uint32Array(2048);

  push(value: number | undefined): void {
    const at = this.length * 2;
    if (at >= this.words.length) this.words = enlarge(this.words, at);
    if (value === undefined) {
      this.words[at] = 0;
      this.words[at + 1] = 0;
    } else {
      this.words[at] = value % 4294967296;
      this.words[at + 1] = Math.floor(value / 4294967296);
    }
    this.mark(value !== undefined);
  }

  take(): ColumnData {
    const words = this.words.slice(0, this.length * 2);
    return this.finish(new BigInt64Array(words.buffer));
  }
}

export class DoubleColumn extends Column {
  private values = new Float64Array(1024);

  push(value: number | undefined): void {
    const at = this.length;
    if (at >= this.values.length) this.values = enlarge(this.values, at);
    this.values[at] = value ?? 0;
    this.mark(value !== undefined);
  }

  take(): ColumnData {
    return this.finish(this.values.slice(0, this.length));
  }
}

export class Int32Column extends Column {
  private values = new Int32Array(1024);

  push(value: number | undefined): void {
    const at = this.length;
    if (at >= this.values.length) this.values = enlarge(this.values, at);
    this.values[at] = value ?? 0;
    this.mark(value !== undefined);
  }

  take(): ColumnData {
    return this.finish(this.values.slice(0, this.length));
  }
}

export class BoolColumn extends Column {
  private bits = new Uint8Array(128);

  push(value: boolean | undefined): void {
    const at = this.length >> 3;
    if (at >= this.bits.length) this.bits = enlarge(this.bits, at);
    if (value) this.bits[at]! |= 1 << (this.length & 7);
    this.mark(value !== undefined);
  }

  take(): ColumnData {
    const bits = this.bits.slice(0, (this.length + 7) >> 3);
    this.bits.fill(0);
    return this.finish(bits);
  }
}

/** Appends text as UTF-8. */
class TextBuffer {
  bytes = new Uint8Array(8192);
  used = 0;
  private readonly encoder = new TextEncoder();

  append(text: string): void {
    this.reserve(text.length * 3);
    const n = text.length;
    let at = this.used;
    // Most columns are ASCII and short, where the loop beats the encoder.
    for (let k = 0; k < n; k++) {
      const code = text.charCodeAt(k);
      if (code > 127) {
        at = this.used + this.encoder.encodeInto(text, this.bytes.subarray(this.used)).written;
        break;
      }
      this.bytes[at++] = code;
    }
    this.used = at;
  }

  reserve(size: number): void {
    if (this.used + size > this.bytes.length) this.bytes = enlarge(this.bytes, this.used + size);
  }

  take(): Uint8Array {
    const bytes = this.bytes.slice(0, this.used);
    this.used = 0;
    return bytes;
  }
}

export class StringColumn extends Column {
  private readonly text = new TextBuffer();
  private offsets = new Int32Array(1024);

  constructor(name: string) {
    super(name, 'utf8');
  }

  push(value: string | undefined): void {
    if (value !== undefined) this.text.append(value);
    this.close(value !== undefined);
  }

  /** Where to write up to `size` bytes of the next value: into `bytes`, from the returned position. */
  room(size: number): number {
    this.text.reserve(size);
    return this.text.used;
  }

  get bytes(): Uint8Array {
    return this.text.bytes;
  }

  /** The next value ends at `position` of `bytes`. */
  pushTo(position: number): void {
    this.text.used = position;
    this.close(true);
  }

  private close(present: boolean): void {
    this.mark(present);
    if (this.length >= this.offsets.length) this.offsets = enlarge(this.offsets, this.length);
    this.offsets[this.length] = this.text.used;
  }

  take(): ColumnData {
    const offsets = this.offsets.slice(0, this.length + 1);
    return this.finish(this.text.take(), offsets);
  }
}

export class StringListColumn extends Column {
  private readonly text = new TextBuffer();
  private offsets = new Int32Array(1024);
  private elements = new Int32Array(64);
  private count = 0;

  constructor(name: string) {
    super(name, 'list<utf8>');
  }

  push(value: readonly string[] | undefined): void {
    for (const item of value ?? []) {
      this.text.append(item);
      this.count++;
      if (this.count >= this.elements.length) this.elements = enlarge(this.elements, this.count);
      this.elements[this.count] = this.text.used;
    }
    this.mark(value !== undefined);
    if (this.length >= this.offsets.length) this.offsets = enlarge(this.offsets, this.length);
    this.offsets[this.length] = this.count;
  }

  take(): ColumnData {
    const offsets = this.offsets.slice(0, this.length + 1);
    const elements = this.elements.slice(0, this.count + 1);
    this.count = 0;
    return this.finish(this.text.take(), offsets, elements);
  }
}

export class DoubleListColumn extends Column {
  private values = new Float64Array(64);
  private offsets = new Int32Array(1024);
  private count = 0;

  constructor(name: string) {
    super(name, 'list<double>');
  }

  push(value: readonly number[] | undefined): void {
    for (const item of value ?? []) {
      if (this.count >= this.values.length) this.values = enlarge(this.values, this.count);
      this.values[this.count++] = item;
    }
    this.mark(value !== undefined);
    if (this.length >= this.offsets.length) this.offsets = enlarge(this.offsets, this.length);
    this.offsets[this.length] = this.count;
  }

  take(): ColumnData {
    const values = this.values.slice(0, this.count);
    const offsets = this.offsets.slice(0, this.length + 1);
    this.count = 0;
    return this.finish(values, offsets);
  }
}

function enlarge<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(array: T, index: number): T {
  const larger = new (array.constructor as new (n: number) => T)(Math.max(array.length * 2, index + 1));
  larger.set(array);
  return larger;
}
