import { DuckDBEnumType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import duckdb, { type Vector } from '@duckdb/node-bindings';
import type { ColumnData } from '../pcap/output/columns.js';
import { enumCodes } from './enum-codes.js';
import { TextWriter } from './text-vector.js';

/** Bytes of a value in a vector. */
const WIDTH: Partial<Record<ColumnData['type'], number>> = { int64: 8, timestamp: 8, double: 8, int32: 4 };

const texts = new TextWriter();
const none = new Uint8Array(256);
const bools = new Uint8Array(2048);
const entries = new Uint32Array(2048 * 4);

/**
 * Writes rows `[from, from + rows)` of a column into a vector of a data chunk. `from` is a multiple of 8.
 * @throws Error when the column's type is not the vector's
 */
export function writeColumn(vector: Vector, type: DuckDBType, column: ColumnData, from: number, rows: number): void {
  check(type, column);
  if (column.validity !== undefined) {
    duckdb.vector_ensure_validity_writable(vector);
    copyValidity(vector, column.validity, from >> 3, (rows + 7) >> 3);
  }
  const { values } = column;
  const width = WIDTH[column.type];
  if (width !== undefined) copy(vector, values, from * width, rows * width);
  else if (column.type === 'bool') {
    const bits = values as Uint8Array;
    for (let k = 0; k < rows; k++) bools[k] = (bits[(from + k) >> 3]! >> ((from + k) & 7)) & 1;
    copy(vector, bools, 0, rows);
  } else if (column.type === 'utf8') {
    const offsets = column.offsets!;
    if (type instanceof DuckDBEnumType) {
      copy(vector, enumCodes(type.values, values as Uint8Array, offsets, from, rows), 0, rows);
    } else texts.write(vector, values as Uint8Array, offsets, from, rows);
  } else writeList(vector, column, from, rows);
}

/** One text in every row. */
export function writeConstant(vector: Vector, text: string, rows: number): void {
  texts.repeat(vector, text, rows);
}

/** NULL in every row. */
export function writeNulls(vector: Vector, rows: number): void {
  duckdb.vector_ensure_validity_writable(vector);
  copyValidity(vector, none, 0, (rows + 7) >> 3);
}

function writeList(vector: Vector, column: ColumnData, from: number, rows: number): void {
  const offsets = column.offsets!;
  const first = offsets[from]!;
  const count = offsets[from + rows]! - first;
  for (let k = 0; k < rows; k++) {
    entries[k * 4] = offsets[from + k]! - first;
    entries[k * 4 + 2] = offsets[from + k + 1]! - offsets[from + k]!;
  }
  copy(vector, entries, 0, rows * 16);
  duckdb.list_vector_reserve(vector, count);
  duckdb.list_vector_set_size(vector, count);
  if (count === 0) return;
  // Only now: making room may have moved the elements.
  const elements = duckdb.list_vector_get_child(vector);
  if (column.type === 'list<utf8>') {
    texts.write(elements, column.values as Uint8Array, column.elementOffsets!, first, count);
  } else copy(elements, column.values, first * 8, count * 8);
}

function copy(vector: Vector, data: ArrayBufferView, at: number, bytes: number): void {
  duckdb.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, data.byteOffset + at, bytes);
}

function copyValidity(vector: Vector, bits: Uint8Array, at: number, bytes: number): void {
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer as ArrayBuffer, bits.byteOffset + at, bytes);
}

const ALLOWED: Readonly<Record<ColumnData['type'], readonly DuckDBTypeId[]>> = {
  int64: [DuckDBTypeId.BIGINT],
  timestamp: [DuckDBTypeId.TIMESTAMP],
  double: [DuckDBTypeId.DOUBLE],
  int32: [DuckDBTypeId.INTEGER],
  bool: [DuckDBTypeId.BOOLEAN],
  utf8: [DuckDBTypeId.VARCHAR, DuckDBTypeId.ENUM],
  'list<utf8>': [DuckDBTypeId.LIST],
  'list<int64>': [DuckDBTypeId.LIST],
  'list<double>': [DuckDBTypeId.LIST],
};

const ELEMENT: Partial<Record<ColumnData['type'], string>> = {
  'list<utf8>': 'VARCHAR[]',
  'list<int64>': 'BIGINT[]',
  'list<double>': 'DOUBLE[]',
};

/** Bytes are copied as they are, so that a wrong type would be a wrong value, or a crash. */
function check(type: DuckDBType, column: ColumnData): void {
  const element = ELEMENT[column.type];
  const fits = ALLOWED[column.type].includes(type.typeId) && (element === undefined || String(type) === element);
  if (!fits) throw new Error(`column ${column.name}: ${column.type} does not fit ${type}`);
}
