import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';
import { rejectBadRows } from '../delimited/bad-rows.js';
import { dropRefused, readableText } from '../delimited/lines.js';
import { cell, jsonMembers, numberCell, scanCsv } from '../delimited/scan-csv.js';
import type { LoadContext } from '../reader.js';
import type { TextStats } from '../scan/text-stats.js';
import type { NfdumpField, NfdumpHeader } from './header.js';

const sql = (name: string): string => readFileSync(asset('ingest', name), 'utf8');
const macros = sql('delimited/macros.sql') + sql('nfdump/macros.sql');
const rowsSql = sql('nfdump/rows.sql');
const flowsSql = sql('nfdump/flows.sql');

const PREFIX = 'nfdump';

/** What an nfdump text gave. */
export interface LoadedNfdump {
  readonly flows: number;
  readonly rejected: number;
  /** One row a direction: what came back is not known. */
  readonly oneWay: boolean;
}

export interface NfdumpTextOptions {
  /** Rows are numbered in the order of the file; else in the order of their values, as nfdump prints merged flows in none. */
  readonly sorted: boolean;
  /** Known already; else found out from the rows. */
  readonly oneWay?: boolean;
}

/** Loads nfdump rows: every line but headers and nfdump's summary becomes a flow or a reject. */
export async function loadNfdumpText(
  context: LoadContext,
  path: string,
  stats: TextStats,
  header: NfdumpHeader,
  options: NfdumpTextOptions,
): Promise<LoadedNfdump> {
  const { db } = context.store;
  const text = readableText(context, path, stats, hasSummary(path) ? beforeSummary() : undefined);
  const skip = header.named ? 1 : 0;
  await db.run(macros);
  await db.run(cellsView(header, text.path, skip, stats.maxLine, options.sorted));
  await db.run(rowsSql);
  const oneWay = options.oneWay ?? (await isOneWay(db));
  if (oneWay) context.warn('one row a direction, replies unknown: print the flows with nfdump -b');
  await dropRefused(db, PREFIX);
  await db.run(
    flowsSql
      .replaceAll('$flow_base', String(context.flowBase))
      .replaceAll('$capture_id', lit(context.captureId))
      .replaceAll('$source_id', lit(context.sourceId))
      .replaceAll('$one_way', String(oneWay)),
  );
  const flows = await db.number(`SELECT count(*) FROM flows WHERE capture_id = ${lit(context.captureId)}`);
  const bad =
    flows + skip < text.lines
      ? await rejectBadRows(context, text, { skip, prefix: PREFIX, rows: 'nfdump_rows' })
      : { rejected: 0, headers: 0 };
  const missing = text.lines - skip - flows - bad.rejected - bad.headers;
  if (missing !== 0) context.reject({ place: 'file', reason: `${missing} lines could not be accounted for` });
  await db.run('DROP VIEW nfdump_rows; DROP VIEW nfdump_parsed; DROP VIEW nfdump_typed; DROP VIEW nfdump_cells;');
  await dropRefused(db, PREFIX);
  return { flows, rejected: bad.rejected, oneWay };
}

/** No row has packets of the other direction, but some other row is its other direction. */
async function isOneWay(db: Database): Promise<boolean> {
  const found = async (rows: string): Promise<boolean> =>
    (await db.number(`SELECT count(*) FROM (SELECT 1 FROM ${rows} LIMIT 1)`)) > 0;
  if (await found("nfdump_cells WHERE regexp_matches(out_pkts_text, '[1-9]')")) return false;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE nfdump_ends AS SELECT DISTINCT proto_text, src_text, sport, dst_text, dport
     FROM nfdump_cells WHERE has_ports(proto_name(proto_text))`,
  );
  const oneWay = await found(
    `nfdump_ends a JOIN nfdump_ends b ON a.proto_text = b.proto_text AND a.src_text = b.dst_text AND a.sport = b.dport
       AND a.dst_text = b.src_text AND a.dport = b.sport AND (a.src_text, a.sport) <> (b.src_text, b.sport)`,
  );
  await db.run('DROP TABLE nfdump_ends');
  return oneWay;
}

/** The view `nfdump_cells`: the file's cells under the names that `rows.sql` uses. */
function cellsView(header: NfdumpHeader, path: string, skip: number, maxLine: number, sorted: boolean): string {
  const { columns, fields, others } = header;
  const field = (name: NfdumpField): string => cell(columns, fields.get(name));
  const number = (name: NfdumpField): string => numberCell(columns, fields.get(name));
  const scan = scanCsv({ path, delimiter: ',', skip, columns, maxLine, prefix: PREFIX });
  const start = fields.get('start')!;
  return `CREATE OR REPLACE TEMP VIEW nfdump_cells AS SELECT
    concat_ws(',', ${columns.map((c) => `coalesce(trim("${c.replaceAll('"', '""')}"), '')`).join(', ')}) AS line,
    ${lit(start)} AS start_name, ${field('start')} AS start_text, ${field('end')} AS end_text, ${field('dur')} AS dur_text,
    ${field('src')} AS src_text, ${field('dst')} AS dst_text, ${field('sport')} AS sport, ${field('dport')} AS dport,
    ${field('proto')} AS proto_text, ${field('flags')} AS flags,
    ${number('inPkts')} AS in_pkts_text, ${number('inBytes')} AS in_bytes_text,
    ${number('outPkts')} AS out_pkts_text, ${number('outBytes')} AS out_bytes_text,
    ${field('srcMac')} AS src_mac, ${field('dstMac')} AS dst_mac,
    ${field('srcVlan')} AS src_vlan, ${field('dstVlan')} AS dst_vlan,
    ${jsonMembers(others, ZERO)} AS members
    FROM ${sorted ? scan : `(SELECT * FROM ${scan} ORDER BY ALL)`}`;
}

/** Values by which nfdump says that it has none: `0`, `0.0.0.0`, `0-0-0`, `00:00:00:00:00:00`, `0.000`. */
const ZERO = '[0.:-]*';

function hasSummary(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, 4096));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return /^Summary\r?$/m.test(buffer.toString('latin1'));
  } finally {
    closeSync(fd);
  }
}

/** Keeps the lines before nfdump's closing `Summary`. */
function beforeSummary(): (line: string) => boolean {
  let ended = false;
  return (line) => {
    if (line === 'Summary') ended = true;
    return !ended;
  };
}
