import { columnsOf } from '../../case/schema.js';
import type { DissectRow, DissectTable } from '../dissect/dissector.js';
import {
  BoolColumn,
  type ColumnBatch,
  type ColumnData,
  DoubleColumn,
  DoubleListColumn,
  Int32Column,
  Int64Column,
  StringColumn,
  StringListColumn,
} from './columns.js';

type Value = DissectRow[string];

interface Builder {
  readonly name: string;
  push(value: Value): void;
  take(): ColumnData;
}

const MAKERS: Readonly<Record<string, (name: string) => Builder>> = {
  BIGINT: (name) => numbers(new Int64Column(name, 'int64')),
  TIMESTAMP: (name) => numbers(new Int64Column(name, 'timestamp')),
  INTEGER: (name) => numbers(new Int32Column(name, 'int32')),
  DOUBLE: (name) => numbers(new DoubleColumn(name, 'double')),
  BOOLEAN: (name) => accept(new BoolColumn(name, 'bool'), (v) => (typeof v === 'boolean' ? v : undefined)),
  VARCHAR: (name) => accept(new StringColumn(name), text),
  JSON: (name) => accept(new StringColumn(name), text),
  'VARCHAR[]': (name) => accept(new StringListColumn(name), (v) => (Array.isArray(v) ? v.map(String) : undefined)),
  'DOUBLE[]': (name) => accept(new DoubleListColumn(name), (v) => (Array.isArray(v) ? v.map(Number) : undefined)),
};

interface Column<T> {
  readonly name: string;
  push(value: T | undefined): void;
  take(): ColumnData;
}

function accept<T>(column: Column<T>, convert: (value: Value) => T | undefined): Builder {
  return { name: column.name, push: (value) => column.push(convert(value)), take: () => column.take() };
}

const numbers = (column: Column<number>): Builder =>
  accept(column, (v) => (v === undefined || v === null ? undefined : Number(v)));

const text = (v: Value): string | undefined => (v === undefined || v === null ? undefined : String(v));

/** Turns records of one table into column batches; rows are numbered on from 1. */
export class RecordRows {
  /** Rows so far. */
  rows = 0;
  readonly #number = new Int64Column('row', 'int64');
  readonly #builders: readonly Builder[];

  /** @throws Error when the schema has no such table */
  constructor(readonly table: DissectTable) {
    this.#builders = columnsOf(table)
      .filter(({ name }) => !['capture_id', 'source_id', 'row'].includes(name))
      .map(({ name, type }) => MAKERS[type]!(name));
  }

  /** Rows since the last batch. */
  get length(): number {
    return this.#number.length;
  }

  /** Takes a record in; nothing of it is kept. */
  add(record: DissectRow): void {
    this.#number.push(++this.rows);
    for (const builder of this.#builders) builder.push(record[builder.name]);
  }

  /** The records so far as a batch with the table's columns but `capture_id` and `source_id`; the builder starts again. */
  take(): ColumnBatch {
    const length = this.length;
    const columns = [this.#number.take(), ...this.#builders.map((builder) => builder.take())];
    return { table: this.table, length, columns };
  }
}
