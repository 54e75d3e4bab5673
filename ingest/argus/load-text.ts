import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';
import { rejectBadRows } from '../delimited/bad-rows.js';
import { dropRefused, type ReadableText, readableText } from '../delimited/lines.js';
import { cell, jsonMembers, numberCell, scanCsv } from '../delimited/scan-csv.js';
import type { LoadContext } from '../reader.js';
import type { TextStats } from '../scan/text-stats.js';
import type { ArgusField, ArgusHeader } from './header.js';

const sql = (name: string): string => readFileSync(asset('ingest', name), 'utf8');
const macros = sql('delimited/macros.sql') + sql('argus/macros.sql');
const rowsSql = sql('argus/rows.sql');
const flowsSql = sql('argus/flows.sql');
const arpSql = sql('argus/arp.sql');
const labelsSql = sql('argus/labels.sql');

const PREFIX = 'argus';

/** What an Argus text gave. */
export interface LoadedArgus {
  readonly flows: number;
  readonly arp: number;
  /** Rows and lines that became rejects. */
  readonly rejected: number;
}

/** Loads Argus text: every line but headers becomes a flow, an `arp` row or a reject. */
export async function loadArgusText(
  context: LoadContext,
  path: string,
  stats: TextStats,
  header: ArgusHeader,
): Promise<LoadedArgus> {
  const { db } = context.store;
  const text = readableText(context, path, stats);
  const skip = header.guessed ? 0 : 1;
  await db.run(macros);
  await db.run(cellsView(header, text.path, skip, stats.maxLine));
  await db.run(rowsSql);
  await db.run(bind(flowsSql, context));
  const flows = await count(db, 'flows', context.captureId);
  if (await hasLabels(db)) await db.run(bind(labelsSql, context));
  const rest = flows + skip < text.lines ? await loadRest(context, text, skip) : { arp: 0, rejected: 0, headers: 0 };
  const missing = text.lines - skip - flows - rest.arp - rest.rejected - rest.headers;
  if (missing !== 0) context.reject({ place: 'file', reason: `${missing} lines could not be accounted for` });
  // A failure rolls these back with the rest.
  await db.run(
    'DROP VIEW argus_rows; DROP VIEW argus_counted; DROP VIEW argus_parsed; DROP VIEW argus_typed; DROP VIEW argus_cells;',
  );
  await dropRefused(db, PREFIX);
  return { flows, arp: rest.arp, rejected: rest.rejected };
}

/** What is no flow: ARP rows, bad rows and lines, repeated headers. */
async function loadRest(
  context: LoadContext,
  text: ReadableText,
  skip: number,
): Promise<{ arp: number; rejected: number; headers: number }> {
  const bad = await rejectBadRows(context, text, { skip, prefix: PREFIX, rows: 'argus_rows' });
  await context.store.db.run(bind(arpSql, context));
  return { ...bad, arp: await count(context.store.db, 'arp', context.captureId) };
}

/** The view `argus_cells`: the file's cells under the names that `rows.sql` uses. */
function cellsView(header: ArgusHeader, path: string, skip: number, maxLine: number): string {
  const { columns, fields, delimiter, others } = header;
  const field = (name: ArgusField): string => cell(columns, fields.get(name));
  const name = (f: ArgusField): string => (fields.has(f) ? lit(fields.get(f)!) : 'NULL::VARCHAR');
  const number = (name: ArgusField): string => numberCell(columns, fields.get(name));
  const scan = scanCsv({ path, delimiter, skip, columns, maxLine, prefix: PREFIX });
  const all = columns.map((c) => `coalesce("${c.replaceAll('"', '""')}", '')`).join(` || ${lit(delimiter)} || `);
  return `CREATE OR REPLACE TEMP VIEW argus_cells AS SELECT
    ${all} AS line, ${name('start')} AS start_name, ${name('last')} AS last_name,
    ${field('start')} AS start_text, ${field('last')} AS last_text, ${field('dur')} AS dur_text,
    lower(${field('proto')}) AS proto_text, ${field('src')} AS src_text, ${field('sport')} AS sport, coalesce(${field('dir')}, '') AS dir,
    ${field('dst')} AS dst_text, ${field('dport')} AS dport, ${field('state')} AS state,
    ${number('totPkts')} AS tot_pkts_text, ${number('totBytes')} AS tot_bytes_text,
    ${number('srcPkts')} AS src_pkts_text, ${number('srcBytes')} AS src_bytes_text,
    ${number('dstPkts')} AS dst_pkts_text, ${number('dstBytes')} AS dst_bytes_text,
    ${field('srcMac')} AS src_mac, ${field('dstMac')} AS dst_mac,
    ${field('srcVlan')} AS src_vlan, ${field('dstVlan')} AS dst_vlan, ${field('label')} AS label,
    ${jsonMembers(others)} AS members
    FROM ${scan}`;
}

/** Reading the label column alone is a quarter of reading all for it. */
const hasLabels = async (db: Database): Promise<boolean> =>
  (await db.number('SELECT count(*) FROM (SELECT 1 FROM argus_cells WHERE label IS NOT NULL LIMIT 1)')) > 0;

const bind = (text: string, context: LoadContext): string =>
  text
    .replaceAll('$flow_base', String(context.flowBase))
    .replaceAll('$capture_id', lit(context.captureId))
    .replaceAll('$source_id', lit(context.sourceId));

const count = (db: Database, table: string, captureId: string): Promise<number> =>
  db.number(`SELECT count(*) FROM ${table} WHERE capture_id = ${lit(captureId)}`);
