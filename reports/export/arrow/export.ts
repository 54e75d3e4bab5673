import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RecordBatch } from 'apache-arrow';
import type { Database } from '../../../ingest/case/database.js';
import { ident } from '../../../ingest/case/sql.js';
import type { ExportFormat } from '../format.js';
import { type CaseTable, caseTables } from '../tables.js';

/** Rows of a record batch. */
const BATCH = 32_768;

const format: ExportFormat = {
  name: 'arrow',
  title: 'an Arrow IPC file (.arrow) per table',
  shape: 'folder',
  async write({ store, path, progress }) {
    const all = caseTables();
    let rows = 0;
    for (const [i, table] of all.entries()) {
      progress(table.name, i, all.length);
      rows += await writeTable(store.db, table, join(path, `${table.name}.arrow`));
    }
    return { files: all.length, rows, leftOut: [] };
  },
};

export const formats = [format];

/** Streams a table through record batches; a full disk or a slow one holds the reading. */
async function writeTable(db: Database, table: CaseTable, file: string): Promise<number> {
  // Loaded here: every start of the program lists the formats.
  const { Field, makeData, RecordBatch: Batch, RecordBatchFileWriter, Schema, Struct } = await import('apache-arrow');
  const { builderOf } = await import('./columns.js');
  const builders = table.columns.map((c) => builderOf(ident(c.name), c.type));
  const fields = table.columns.map((c, i) => new Field(c.name, builders[i]!.type, true));
  const schema = new Schema(fields);
  let rows = 0;
  async function* batches(): AsyncGenerator<RecordBatch> {
    let pending = 0;
    const take = (): RecordBatch => {
      const children = builders.map((b) => b.take());
      const data = makeData({ type: new Struct(fields), length: pending, nullCount: 0, children });
      pending = 0;
      return new Batch(schema, data);
    };
    const columns = builders.map((b, i) => `${b.sql} AS ${ident(table.columns[i]!.name)}`);
    const result = await db.stream(
      `SELECT ${columns.join(', ')} FROM (SELECT * FROM main.${table.name} ORDER BY ${table.order})`,
    );
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      for (const [i, builder] of builders.entries()) builder.push(chunk.getColumnValues(i));
      pending += chunk.rowCount;
      rows += chunk.rowCount;
      if (pending >= BATCH) yield take();
    }
    // A table without rows still says its columns.
    if (pending > 0 || rows === 0) yield take();
  }
  await pipeline(Readable.from(batches()), RecordBatchFileWriter.throughNode(), createWriteStream(file));
  return rows;
}
