import { join } from 'node:path';
import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';
import type { LoadContext, Reject } from '../reader.js';
import { cleanText } from '../scan/clean-text.js';
import type { TextStats } from '../scan/text-stats.js';

/** A text file that DuckDB can read, and how its lines map to those of the original. */
export interface ReadableText {
  readonly path: string;
  /** Lines, none of them blank. */
  readonly lines: number;
  originalLine(n: number): number;
}

/** The file itself when it is plain text without blank lines and all is kept, else a clean copy in the temporary folder. */
export function readableText(
  context: LoadContext,
  path: string,
  stats: TextStats,
  keep?: (line: string) => boolean,
): ReadableText {
  if (stats.clean && stats.blank === 0 && !keep) return { path, lines: stats.lines, originalLine: (n) => n };
  const to = join(context.store.tempDir, `text-${context.captureId}`);
  return cleanText(path, to, context.reject, {
    line: (text) => (text.trim() === '' || keep?.(text) === false ? undefined : text),
  });
}

/** A line that the CSV reader refused. */
export interface RefusedLine {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

const PAGE = 20_000;

/** Hands over the lines that the CSV reader refused, in order, and drops its tables. Returns their numbers. */
export async function takeRefused(db: Database, prefix: string, take: (line: RefusedLine) => void): Promise<number[]> {
  const exists = await db.number(
    `SELECT count(*) FROM duckdb_tables() WHERE table_name = ${lit(`${prefix}_rejects`)} AND temporary`,
  );
  const lines: number[] = [];
  if (exists === 0) return lines;
  for (;;) {
    const rows = await db.all<{ line: string; type: string; text: string | null }>(
      `SELECT line, min(error_type)::VARCHAR AS type, left(ltrim(min(csv_line), chr(10)), 400) AS text
       FROM ${prefix}_rejects WHERE line > ${lines.at(-1) ?? 0} GROUP BY line ORDER BY line LIMIT ${PAGE}`,
    );
    for (const r of rows) {
      lines.push(Number(r.line));
      take({ line: Number(r.line), text: r.text ?? '', reason: reasonOf(r.type) });
    }
    if (rows.length < PAGE) break;
  }
  await dropRefused(db, prefix);
  return lines;
}

/** Drops the tables that `store_rejects` made. */
export async function dropRefused(db: Database, prefix: string): Promise<void> {
  await db.run(`DROP TABLE IF EXISTS ${prefix}_rejects; DROP TABLE IF EXISTS ${prefix}_scans;`);
}

function reasonOf(type: string): string {
  if (type === 'TOO MANY COLUMNS') return 'too many cells';
  if (type === 'INVALID ENCODING') return 'not UTF-8';
  if (type === 'LINE SIZE OVER MAXIMUM') return 'line too long';
  return type.toLowerCase();
}

/** Gives the line of the n-th row (from 1) that the reader gave: refused lines came in between. Ask in rising order. */
export function rowLines(skip: number, refused: readonly number[]): (n: number) => number {
  let passed = 0;
  return (n) => {
    while (passed < refused.length && refused[passed]! <= n + skip + passed) passed++;
    return n + skip + passed;
  };
}

/** Where a line of the readable text stands in the original, as a reject's place. */
export const linePlace = (text: ReadableText, line: number): Reject['place'] => `line ${text.originalLine(line)}`;
