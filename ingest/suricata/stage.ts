import { join } from 'node:path';
import { lit } from '../case/sql.js';
import { type LoadContext, NeedsCarefulRead } from '../reader.js';
import { cleanText } from '../scan/clean-text.js';
import { LinePicker, type PickedLine } from '../scan/line-picker.js';
import { CONTENT_KEYS, type EveColumn, eveColumns, readEve } from './columns.js';
import { restSql } from './extra.js';
import { eveLineCheck } from './line-check.js';
import { sql } from './sql-files.js';

/** Share of the memory limit while a file is staged: its events lie beside the tables that grow. */
export const STAGING_SHARE = 0.5;

/** The events of one file in the temporary table `eve`, one row per line, in line order. */
export interface Staged {
  /** Rows staged. */
  readonly rows: number;
  /** rowid of the first row. */
  readonly first: bigint;
  /** Lines that were rejected before staging. */
  readonly rejected: number;
  /** Walks through the staged lines; `line` is the number in the original file. */
  lines(): { pick(n: number): PickedLine | undefined; close(): void };
}

/**
 * Reads the file once into `eve`. What DuckDB will not read, or reads as another number of rows than there are lines,
 * comes back with `careful` and goes through a checked copy.
 */
export async function stageEvents(context: LoadContext): Promise<Staged> {
  const stats = context.file.stats!;
  const columns = eveColumns(stats.samples, stats.samples.length >= stats.lines - stats.blank);
  if (stats.clean && !context.resume && !context.careful) {
    const path = context.file.plainPath;
    try {
      await stage(context, path, columns);
    } catch (error) {
      throw isContentError(error) ? new NeedsCarefulRead() : error;
    }
    const { rows, first } = await extent(context);
    if (rows !== stats.lines - stats.blank) throw new NeedsCarefulRead();
    return { rows, first, rejected: 0, lines: () => new LinePicker(path) };
  }
  let rejected = 0;
  const check = eveLineCheck(columns);
  const reject: LoadContext['reject'] = (r) => {
    rejected++;
    context.reject(r);
  };
  const path = join(context.store.tempDir, `eve-${context.captureId}`);
  const copy = cleanText(context.file.plainPath, path, reject, {
    ...(context.resume ? { startByte: context.resume.byte, firstLine: context.resume.line + 1 } : {}),
    line: (text, n) => {
      if (text.trim() === '') return undefined;
      const reason = check(text);
      if (reason === undefined) return text;
      reject({ place: `line ${n}`, reason, sample: text.slice(0, 400) });
      return undefined;
    },
  });
  await stage(context, path, columns);
  const { rows, first } = await extent(context);
  if (rows !== copy.lines) throw new Error(`${copy.lines} checked EVE lines gave ${rows} rows`);
  return {
    rows,
    first,
    rejected,
    lines: () => {
      const picker = new LinePicker(path);
      return {
        pick: (n) => {
          const found = picker.pick(n);
          return found && { line: copy.originalLine(found.line), text: found.text };
        },
        close: () => picker.close(),
      };
    },
  };
}

async function stage(context: LoadContext, path: string, columns: readonly EveColumn[]): Promise<void> {
  const { maxLine } = context.file.stats!;
  const cases = Object.entries(CONTENT_KEYS).filter(([type]) => type !== 'flow');
  const content = cases.map(([type, key]) => `WHEN ${lit(type)} THEN ${key}`).join(' ');
  await context.store.db.run(
    sql('stage', {
      content: `CASE event_type ${content} END`,
      rest: restSql(columns),
      scan: readEve(path, columns, maxLine),
    }),
  );
}

/** Rows of `eve` are numbered without gaps in line order: rowid − first + 1 is the number of the line. */
async function extent(context: LoadContext): Promise<{ rows: number; first: bigint }> {
  const row = await context.store.db.one<Record<string, string>>(
    'SELECT count(*) AS n, coalesce(min(rowid), 0) AS a, coalesce(max(rowid) - min(rowid) + 1, 0) AS span FROM eve',
  );
  const rows = Number(row?.n);
  const first = BigInt(row?.a ?? 0);
  if (Number(row?.span) !== rows) throw new Error('rows of the staged file are not numbered in order');
  return { rows, first };
}

/** Errors of DuckDB's JSON reader about the content of the file. */
function isContentError(error: unknown): boolean {
  return /JSON|Malformed|Conversion Error|Invalid Input/i.test(error instanceof Error ? error.message : '');
}
