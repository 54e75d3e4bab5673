import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import type { ColumnBatch, ColumnData } from './columns.js';

/** The batch as an Arrow record batch over the same buffers. */
export function toRecordBatch(batch: ColumnBatch): RecordBatch {
  const children = batch.columns.map(columnData);
  const fields = batch.columns.map((column, k) => new Field(column.name, children[k]!.type as DataType, true));
  const schema = new Schema(fields);
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(fields), length: batch.length, nullCount: 0, children }) as Data<Struct>,
  );
}

function columnData(column: ColumnData): Data {
  const { length, nullCount } = column;
  const nullBitmap = column.validity ?? null;
  const valueOffsets = column.offsets as Int32Array;
  switch (column.type) {
    case 'int64':
      return makeData({ type: new Int64(), length, nullCount, nullBitmap, data: column.values as BigInt64Array });
    case 'timestamp': {
      const type = new TimestampMicrosecond();
      return makeData({ type, length, nullCount, nullBitmap, data: column.values as BigInt64Array });
    }
    case 'double':
      return makeData({ type: new Float64(), length, nullCount, nullBitmap, data: column.values as Float64Array });
    case 'int32':
      return makeData({ type: new Int32(), length, nullCount, nullBitmap, data: column.values as Int32Array });
    case 'bool':
      return makeData({ type: new Bool(), length, nullCount, nullBitmap, data: column.values as Uint8Array });
    case 'utf8':
      return makeData({
        type: new Utf8(),
        length,
        nullCount,
        nullBitmap,
        valueOffsets,
        data: column.values as Uint8Array,
      });
    case 'list<utf8>': {
      const elements = column.elementOffsets as Int32Array;
      const child = makeData({
        type: new Utf8(),
        length: elements.length - 1,
        nullCount: 0,
        valueOffsets: elements,
        data: column.values as Uint8Array,
      });
      const type = new List(new Field('item', new Utf8(), true));
      return makeData({ type, length, nullCount, nullBitmap, valueOffsets, child });
    }
    case 'list<int64>': {
      const values = column.values as BigInt64Array;
      const child = makeData({ type: new Int64(), length: values.length, nullCount: 0, data: values });
      const type = new List(new Field('item', new Int64(), true));
      return makeData({ type, length, nullCount, nullBitmap, valueOffsets, child });
    }
    case 'list<double>': {
      const values = column.values as Float64Array;
      const child = makeData({ type: new Float64(), length: values.length, nullCount: 0, data: values });
      const type = new List(new Field('item', new Float64(), true));
      return makeData({ type, length, nullCount, nullBitmap, valueOffsets, child });
    }
  }
}
