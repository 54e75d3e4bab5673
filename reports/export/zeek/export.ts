import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../ingest/case/database.js';
import { recordTables } from '../../../ingest/case/schema.js';
import { lit } from '../../../ingest/case/sql.js';
import type { ExportContext, ExportFormat, ExportSummary } from '../format.js';
import { objectSql } from './json.js';
import { type Log, logsOf } from './plan.js';
import { headerLines, lineSql } from './tsv.js';

export const formats: readonly ExportFormat[] = [
  {
    name: 'zeek',
    title: 'Zeek logs (TSV), one per table; a folder per source where the case has several',
    shape: 'folder',
    write: (context) => write(context, false),
  },
  {
    name: 'zeek-json',
    title: 'Zeek logs as JSON lines',
    shape: 'folder',
    write: (context) => write(context, true),
  },
];

async function write({ store, path, progress }: ExportContext, json: boolean): Promise<ExportSummary> {
  const { db } = store;
  const sources = await db.all<{ source_id: string; kind: string }>(
    `SELECT source_id, kind FROM sources WHERE source_id IN (SELECT source_id FROM captures) ORDER BY source_id`,
  );
  let files = 0;
  let rows = 0;
  for (const [i, source] of sources.entries()) {
    const folder = sources.length === 1 ? path : join(path, `source-${i + 1}`);
    if (sources.length > 1) mkdirSync(folder);
    const names = new Set<string>();
    for (const log of await logsOf(db, source.source_id, source.kind, recordTables)) {
      progress(log.path, i, sources.length);
      const file = join(folder, fileName(log.path, names));
      await (json ? writeJson(db, log, file) : writeTsv(db, log, file));
      rows += await db.number(`SELECT count(*) FROM ${log.from}`);
      files++;
    }
  }
  return { files, rows, leftOut: await leftOut(db) };
}

/** `NAME.log`; a name from a capture may be anything. */
function fileName(path: string, taken: Set<string>): string {
  const plain = path.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 100) || 'unnamed';
  let name = plain;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain}-${n}`;
  taken.add(name.toLowerCase());
  return `${name}.log`;
}

/** DuckDB writes the lines: a text column, nothing quoted, the header before them. */
async function writeTsv(db: Database, log: Log, file: string): Promise<void> {
  const header = headerLines({ ...log, path: log.path.replace(/[\s\x00-\x1f]/g, '_') });
  await db.run(
    `COPY (SELECT ${lineSql(log)} AS line FROM ${log.from} ORDER BY ${log.order})
       TO ${lit(file)} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', NULLSTR '', PREFIX ${lit(header)}, SUFFIX ${lit('\n')})`,
  );
}

async function writeJson(db: Database, log: Log, file: string): Promise<void> {
  const first = `row_number() OVER (ORDER BY ${log.order}) = 1`;
  await db.run(
    `COPY (SELECT ${objectSql(log, first)} AS line FROM ${log.from} ORDER BY ${log.order})
       TO ${lit(file)} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', NULLSTR '')`,
  );
}

/** What Zeek's logs have no place for. */
async function leftOut(db: Database): Promise<string[]> {
  const out: string[] = [];
  const alerts = await db.number('SELECT count(*) FROM suricata_alert');
  if (alerts > 0) out.push(`${alerts} Suricata alerts (Zeek has no log of them; use csv, parquet or arrow)`);
  const events = await db.number(
    "SELECT count(*) FROM other o JOIN sources s USING (source_id) WHERE s.kind <> 'zeek'",
  );
  if (events > 0) out.push(`${events} records of other kinds than Zeek's`);
  const outcomes = await db.number(
    "SELECT count(*) FROM flows f JOIN sources s USING (source_id) WHERE f.conn_state IS NULL AND f.outcome <> 'unknown' AND s.kind <> 'zeek'",
  );
  if (outcomes > 0) out.push(`outcome and direction of ${outcomes} flows whose source gives no conn_state`);
  return out;
}
