import { BatchAppender } from '../../../ingest/case/append-batch.js';
import type { Database } from '../../../ingest/case/database.js';
import { lit } from '../../../ingest/case/sql.js';
import { Int32Column, Int64Column } from '../../../ingest/pcap/output/columns.js';
import type { Mmdb } from './open.js';

/** Values of one record, by column of the answers; null where the database does not say. */
export type Answer = Readonly<Record<string, string | number | null>>;

/** Addresses looked up between two queries. */
const PAGE = 65_536;

/**
 * Looks up every address of the temporary table `subjects(address, …)` and makes the temporary table
 * `target(address, …columns)` of what was found.
 * @param columns name and SQL type of what `answer` gives for a record
 * @param answer undefined when the record says nothing
 */
export async function lookUpAll(
  db: Database,
  mmdb: Mmdb,
  subjects: string,
  target: string,
  columns: Readonly<Record<string, 'VARCHAR' | 'BIGINT' | 'DOUBLE'>>,
  answer: (record: Record<string, unknown>) => Answer | undefined,
): Promise<void> {
  const names = Object.keys(columns);
  await db.run(`CREATE OR REPLACE TEMP TABLE mmdb_subjects AS
      SELECT row_number() OVER (ORDER BY number, address) AS subject, address FROM ${subjects} WHERE number IS NOT NULL;
    CREATE OR REPLACE TEMP TABLE mmdb_hits (subject BIGINT, answer INTEGER);
    CREATE OR REPLACE TEMP TABLE mmdb_answers (answer INTEGER, ${names.map((n) => `${n} ${columns[n]}`).join(', ')})`);
  // Records are few beside addresses: each kind of answer is one row.
  const known = new Map<string, number>();
  const byRecord = new Map<object, number>();
  const fresh: string[] = [];
  const number = (record: Record<string, unknown>): number => {
    const seen = byRecord.get(record);
    if (seen !== undefined) return seen;
    const found = answer(record);
    let id = -1;
    if (found !== undefined) {
      const values = names.map((n) => literal(found[n] ?? null)).join(', ');
      id = known.get(values) ?? known.size;
      if (id === known.size) {
        known.set(values, id);
        fresh.push(`(${id}, ${values})`);
      }
    }
    if (byRecord.size >= PAGE) byRecord.clear();
    byRecord.set(record, id);
    return id;
  };
  const appender = await BatchAppender.open(db, 'mmdb_hits');
  const total = await db.number('SELECT count(*) FROM mmdb_subjects');
  for (let from = 0; from < total; from += PAGE) {
    const page = await db.all<{ address: string; subject: string }>(
      `SELECT address, subject FROM mmdb_subjects WHERE subject > ${from} AND subject <= ${from + PAGE} ORDER BY subject`,
    );
    const rows = new Int64Column('subject', 'int64');
    const ids = new Int32Column('answer', 'int32');
    for (const { address, subject } of page) {
      const record = mmdb.get(address);
      const id = record === null ? -1 : number(record);
      if (id < 0) continue;
      rows.push(Number(subject));
      ids.push(id);
    }
    appender.append({ table: 'mmdb_hits', length: rows.length, columns: [rows.take(), ids.take()] });
    while (fresh.length > 0) await db.run(`INSERT INTO mmdb_answers VALUES ${fresh.splice(0, 1000).join(', ')}`);
  }
  appender.close();
  await db.run(`CREATE OR REPLACE TEMP TABLE ${target} AS
    SELECT s.address, ${names.map((n) => `a.${n}`).join(', ')}
    FROM mmdb_hits h JOIN mmdb_answers a ON a.answer = h.answer JOIN mmdb_subjects s ON s.subject = h.subject;
    DROP TABLE mmdb_hits; DROP TABLE mmdb_answers; DROP TABLE mmdb_subjects`);
}

const literal = (value: string | number | null): string =>
  value === null ? 'NULL' : typeof value === 'number' ? String(value) : lit(value);
