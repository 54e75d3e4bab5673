import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../ingest/case/database.js';
import { lit } from '../../../ingest/case/sql.js';
import type { ExportFormat } from '../format.js';
import { type CaseTable, caseTables, plain, rowsOf } from '../tables.js';

/** A table with more days than this is one file: times in it are made up, or it spans years in few rows. */
const MAX_DAYS = 1000;

const format: ExportFormat = {
  name: 'parquet',
  title: 'a folder of Parquet per table; records, evidence and alerts partitioned by day (day=2026-03-02)',
  shape: 'folder',
  async write({ store, path, progress }) {
    const all = caseTables();
    let rows = 0;
    let files = 0;
    for (const [i, table] of all.entries()) {
      progress(table.name, i, all.length);
      files += await writeTable(store.db, table, join(path, table.name));
      rows += await rowsOf(store.db, table.name);
    }
    return { files, rows, leftOut: [] };
  },
};

export const formats = [format];

/** One file, or one per day: a pass per day keeps the rows of a file in order and memory bounded. */
async function writeTable(db: Database, table: CaseTable, folder: string): Promise<number> {
  const days = await daysOf(db, table);
  mkdirSync(folder);
  if (days === undefined) {
    await copy(db, table, 'true', join(folder, 'data.parquet'));
    return 1;
  }
  for (const { day, known } of days) {
    const inDay = known ? `ts >= DATE ${lit(day)} AND ts < DATE ${lit(day)} + INTERVAL 1 DAY` : 'ts IS NULL';
    const name = join(folder, `day=${known ? day : '__HIVE_DEFAULT_PARTITION__'}`);
    mkdirSync(name);
    await copy(db, table, inDay, join(name, 'data.parquet'));
  }
  return days.length;
}

async function daysOf(db: Database, table: CaseTable): Promise<{ day: string; known: boolean }[] | undefined> {
  if (!table.columns.some((c) => c.name === 'ts')) return undefined;
  const rows = await db.all<{ day: string | null }>(
    `SELECT DISTINCT ts::DATE::VARCHAR AS day FROM main.${table.name} ORDER BY day NULLS LAST LIMIT ${MAX_DAYS + 1}`,
  );
  if (rows.length === 0 || rows.length > MAX_DAYS) return undefined;
  return rows.map(({ day }) => ({ day: day ?? '', known: day !== null }));
}

async function copy(db: Database, table: CaseTable, where: string, file: string): Promise<void> {
  await db.run(
    `COPY (SELECT ${table.columns.map(plain).join(', ')} FROM main.${table.name} WHERE ${where} ORDER BY ${table.order})
       TO ${lit(file)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
  );
}
