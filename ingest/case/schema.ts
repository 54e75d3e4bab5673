import { readdirSync, readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';

const sqlFiles = (folder: string): { name: string; sql: string }[] =>
  readdirSync(asset(folder))
    .filter((f) => f.endsWith('.sql'))
    .sort()
    .map((f) => ({ name: f.slice(0, -4), sql: readFileSync(asset(folder, f), 'utf8') }));

/** Every table of a case, by file name. */
export const tables = sqlFiles('ingest/schema');

/** Views stored in the case for users of other DuckDB clients. */
export const storedViews = sqlFiles('ingest/schema/views');

/** Tables whose rows come from captures; each has `capture_id`. */
export const recordTables: readonly string[] = tables
  .filter((t) => /^ {2}capture_id /m.test(t.sql) && !['captures', 'rejects', 'packet_index'].includes(t.name))
  .map((t) => t.name);

/** Columns of a table, in order, from its file; enumerations count as text. */
export function columnsOf(table: string): { name: string; type: string }[] {
  const found = tables.find((t) => t.name === table);
  if (!found) throw new Error(`no table ${table}`);
  return [...found.sql.matchAll(/^ {2}("?)(\w+)\1 ([A-Z]+(?:\[\])?)/gm)].map((m) => ({
    name: m[2]!,
    type: m[3] === 'ENUM' ? 'VARCHAR' : m[3]!,
  }));
}
