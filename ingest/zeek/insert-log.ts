import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { Database } from '../case/database.js';
import { columnsOf } from '../case/schema.js';
import { ident, lit } from '../case/sql.js';
import { type LoadContext, NeedsCarefulRead } from '../reader.js';
import { insertLabels, insertRecords, type RawLog, rawSelect } from './raw-select.js';

const flowsSql = readFileSync(asset('ingest/zeek/flows.sql'), 'utf8');

/** Rows inserted so far: later parts of the same log go on from there. */
export interface Progress {
  flows: number;
  rows: number;
}

/** Inserts one parsed log into its table; returns how many rows it gave. */
export async function insertLog(context: LoadContext, log: RawLog, done: Progress): Promise<number> {
  const { db } = context.store;
  const { table } = log.type;
  const before = await rowCount(db, table);
  const rowBase = context.rowBase(table) + done.rows;
  if (table === 'flows') {
    const ended = log.type.open
      ? "'open'"
      : "CASE WHEN conn_state = 'SF' OR conn_state = 'REJ' OR starts_with(conn_state, 'RST') THEN 'closed' ELSE 'timeout' END";
    await db.run(
      flowsSql
        .replaceAll('$flow_base', String(context.flowBase + BigInt(done.flows)))
        .replaceAll('$row_base', String(rowBase))
        .replaceAll('$capture_id', lit(context.captureId))
        .replaceAll('$source_id', lit(context.sourceId))
        .replaceAll('$ended', ended)
        .replaceAll('$raw', () => rawSelect(log)),
    );
    if (!log.careful && (await hasOddAddress(db, context.captureId))) throw new NeedsCarefulRead();
    const labels = insertLabels(log, context.sourceId);
    if (labels) await db.run(labels);
  } else if (table === 'other') {
    await db.run(insertOther(context, log, rowBase));
  } else {
    await db.run(insertRecords(log, context.captureId, context.sourceId, rowBase));
  }
  const inserted = (await rowCount(db, table)) - before;
  done.rows += inserted;
  if (table === 'flows') done.flows += inserted;
  return inserted;
}

/** Parsed rows that are no record of their table, with the reason: `n` counts the rows that the scan gives. */
export async function badRows(db: Database, log: RawLog): Promise<{ n: number; reason: string; sample: string }[]> {
  if (log.type.table === 'other') return [];
  const rows = await db.all<{ n: string; bad: string; sample: string }>(
    `SELECT n, bad, left(sample, 400) AS sample FROM (
       SELECT row_number() OVER () AS n, bad, concat_ws(' ', ts, ${sampleColumns(log)}) AS sample FROM ${rawSelect(log)})
     WHERE bad IS NOT NULL ORDER BY n`,
  );
  return rows.map((r) => ({ n: Number(r.n), reason: r.bad, sample: r.sample }));
}

const sampleColumns = (log: RawLog): string =>
  columnsOf(log.type.table)
    .map((c) => c.name)
    .filter((c) => ['uid', 'orig_h', 'orig_p', 'resp_h', 'resp_p', 'host', 'name', 'query'].includes(c))
    .map(ident)
    .concat("''")
    .join(', ');

/** An address of the capture that is none, or not in canonical form. */
async function hasOddAddress(db: Database, captureId: string): Promise<boolean> {
  return (
    (await db.number(
      `SELECT count(*) FROM flows WHERE capture_id = ${lit(captureId)}
         AND (canonical_ip(orig_h) IS DISTINCT FROM orig_h OR canonical_ip(resp_h) IS DISTINCT FROM resp_h)`,
    )) > 0
  );
}

async function rowCount(db: Database, table: string): Promise<number> {
  return db.number(`SELECT count(*) FROM ${table}`);
}

/** A log without a table of its own: every record whole, as JSON. */
function insertOther(context: LoadContext, log: RawLog, rowBase: number): string {
  const names = log.fields.map((f) => f.name);
  const record = log.json
    ? 'record'
    : `to_json(struct_pack(${names.map((n) => `${ident(n)} := ${ident(n)}`).join(', ')}))`;
  const member = (name: string): string =>
    log.json ? `record->>${lit(`$.${name}`)}` : names.includes(name) ? ident(name) : 'NULL::VARCHAR';
  const seconds = `TRY_CAST(${member('ts')} AS DOUBLE)`;
  return `INSERT INTO other
    SELECT ${lit(context.captureId)}, ${lit(context.sourceId)}, ${rowBase} + row_number() OVER (), ${member('uid')},
      coalesce(CASE WHEN ${seconds} BETWEEN -62135596800 AND 253402300799 THEN make_timestamp((${seconds} * 1000000)::BIGINT) END,
               TRY_CAST(${member('ts')} AS TIMESTAMP)),
      ${lit(log.type.path)}, ${record}
    FROM ${log.scan}${log.json ? '' : ` WHERE NOT starts_with(coalesce(${ident(names[0]!)}, ''), '#')`}`;
}
