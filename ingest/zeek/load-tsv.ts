import { join } from 'node:path';
import { inputError } from '../../cli/errors.js';
import type { Database } from '../case/database.js';
import { ident, lit } from '../case/sql.js';
import type { LoadContext } from '../reader.js';
import { type CleanCopy, cleanText } from '../scan/clean-text.js';
import { cellType, type Field, fromCell } from './fields.js';
import { badRows, insertLog, type Progress } from './insert-log.js';
import { type LogHeader, parseHeaders, sameShape } from './log-header.js';
import { type LogType, logType } from './log-type.js';
import { fieldsOf, type RawLog } from './raw-select.js';

/** A stretch of data lines under one header, in a file that DuckDB can read. */
interface Part {
  readonly header: LogHeader;
  readonly path: string;
  readonly skip: number;
  readonly copy: CleanCopy | undefined;
}

export interface LoadedLog {
  readonly type: LogType;
  readonly records: number;
  readonly names: readonly string[];
  readonly fields: readonly Field[];
}

/** Loads a TSV log. Files with several headers or bytes that are no text go through a clean copy. */
export async function loadTsv(context: LoadContext): Promise<LoadedLog> {
  const { stats } = context.file;
  const headers = parseHeaders(stats!.commentLines);
  const first = headers[0];
  if (!first) throw inputError('a Zeek log without its #fields header; add the header of another rotation');
  const type = logType(first.path, context.file.head.name, first.fields);
  const done: Progress = { flows: 0, rows: 0 };
  let records = 0;
  let last: RawLog | undefined;
  for (const part of parts(context, headers)) {
    const log = rawLog(type, part, stats!.maxLine, context.careful);
    records += await loadPart(context, log, part, done);
    last = log;
  }
  return { type, records, names: first.fields, fields: last?.fields ?? fieldsOf(type, first.fields) };
}

function parts(context: LoadContext, headers: readonly LogHeader[]): Part[] {
  const { file, resume } = context;
  const stats = file.stats!;
  const first = headers[0]!;
  const uniform = headers.every((h) => sameShape(h, first));
  const leading = stats.commentLines.findIndex((c, i) => c.line !== i + 1);
  const skip = leading < 0 ? stats.commentLines.length : leading;
  // A header must come before the data, and nothing but lines may be in the way.
  const plain =
    uniform && !first.spacedTail && stats.clean && first.lastLine <= skip && !resume && stats.comments <= 100_000;
  if (plain) return [{ header: first, path: file.plainPath, skip, copy: undefined }];
  const blocks = uniform ? [first] : headers;
  const multi = !uniform;
  return blocks.map((header, i) => {
    const from = multi && i > 0 ? header.firstLine : 0;
    const to = multi && i + 1 < blocks.length ? blocks[i + 1]!.firstLine : Number.POSITIVE_INFINITY;
    const copy = cleanText(
      file.plainPath,
      join(context.store.tempDir, `zeek-${context.captureId}-${i}`),
      // Lines that are no text are the same in every pass: reported once.
      i === 0 ? context.reject : () => undefined,
      {
        ...(resume ? { startByte: resume.byte, firstLine: resume.line + 1 } : {}),
        line: (text, n) => (isComment(text) || n < from || n >= to ? undefined : respace(header, text)),
      },
    );
    return { header, path: copy.path, skip: 0, copy };
  });
}

const isComment = (line: string): boolean => line.trimStart().startsWith('#');

/** Labelling tools that glue their columns to the last cell with spaces: cells again. */
function respace(header: LogHeader, text: string): string {
  if (!header.spacedTail) return text;
  const at = text.lastIndexOf(header.separator);
  return text.slice(0, at + 1) + text.slice(at + 1).replace(/ {2,}/g, header.separator);
}

function rawLog(type: LogType, part: Part, maxLine: number, careful: boolean): RawLog {
  const { header } = part;
  const fields = fieldsOf(type, header.fields);
  const isFlows = type.table === 'flows';
  const columns = fields.map((f) => `${lit(f.name)}: ${lit(type.table === 'other' ? 'VARCHAR' : cellType(f.type))}`);
  const nulls = isFlows ? [header.unset, header.empty] : [header.unset];
  const scan = `read_csv(${lit(part.path)}, skip = ${part.skip}, delim = ${lit(header.separator)}, quote = '', escape = '',
    header = false, auto_detect = false, new_line = '\\n', nullstr = [${nulls.map(lit).join(', ')}], columns = {${columns.join(', ')}},
    store_rejects = true, rejects_table = 'zeek_rejects', rejects_scan = 'zeek_scans', rejects_limit = 0${
      maxLine > 1_900_000 ? ', max_line_size = 16777216, buffer_size = 67108864' : ''
    })`;
  return {
    type,
    fields,
    scan,
    careful,
    json: false,
    value: (f) => (isFlows && f.type === 'VARCHAR' ? ident(f.name) : fromCell(f, header.setSeparator, header.empty)),
  };
}

async function loadPart(context: LoadContext, log: RawLog, part: Part, done: Progress): Promise<number> {
  const { db } = context.store;
  const inserted = await insertLog(context, log, done);
  const original = (line: number): number => part.copy?.originalLine(line) ?? line;
  const badLines = new Set<number>();
  let rejected = 0;
  for await (const e of rejectedLines(db)) {
    badLines.add(e.line);
    if (isComment(e.text)) continue;
    rejected++;
    context.reject({ place: `line ${original(e.line)}`, reason: e.reason, sample: e.text });
  }
  await dropRejectTables(db);
  const expected = part.copy ? part.copy.lines : context.file.stats!.records;
  if (inserted + rejected < expected && log.type.table !== 'other') {
    let line = part.skip;
    let row = 0;
    for (const bad of await badRows(db, log)) {
      // The n-th row that the reader gave: rejected lines came in between.
      while (row < bad.n) if (!badLines.has(++line)) row++;
      rejected++;
      context.reject({ place: `line ${original(line)}`, reason: bad.reason, sample: bad.sample });
    }
    await dropRejectTables(db);
  }
  if (inserted + rejected < expected) {
    context.reject({ place: 'file', reason: `${expected - inserted - rejected} lines could not be accounted for` });
  }
  return inserted;
}

interface LineError {
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** Lines that the CSV reader refused, in order, a page at a time. */
async function* rejectedLines(db: Database): AsyncGenerator<LineError> {
  for (let last = 0; ; ) {
    const rows = await db.all<{ line: string; type: string; col: string | null; text: string | null }>(
      `SELECT line, min(error_type)::VARCHAR AS type, min(column_name) AS col, left(min(csv_line), 400) AS text
       FROM zeek_rejects WHERE line > ${last} GROUP BY line ORDER BY line LIMIT 50000`,
    );
    if (rows.length === 0) return;
    for (const r of rows) yield { line: Number(r.line), reason: reasonOf(r.type, r.col), text: r.text ?? '' };
    last = Number(rows.at(-1)!.line);
  }
}

async function dropRejectTables(db: Database): Promise<void> {
  await db.run('DROP TABLE IF EXISTS zeek_rejects; DROP TABLE IF EXISTS zeek_scans;');
}

function reasonOf(type: string, column: string | null): string {
  switch (type) {
    case 'CAST':
      return `bad value in ${column ?? 'a column'}`;
    case 'MISSING COLUMNS':
      return 'too few columns';
    case 'TOO MANY COLUMNS':
      return 'too many columns';
    case 'LINE SIZE OVER MAXIMUM':
      return 'line too long';
    case 'INVALID ENCODING':
      return 'not UTF-8';
    default:
      return type.toLowerCase();
  }
}
