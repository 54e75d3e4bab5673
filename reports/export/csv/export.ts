import { join } from 'node:path';
import { ident, lit } from '../../../ingest/case/sql.js';
import type { ExportFormat } from '../format.js';
import { caseTables, rowsOf } from '../tables.js';

/** What a spreadsheet takes for the beginning of a formula, also after blanks that it trims, and in full-width letters. */
const FORMULA = '^[\\s\\x00]*[=+\\-@\\x{FF1D}\\x{FF0B}\\x{FF0D}\\x{FF20}]|^[\\t\\r\\n]';
/** A plain number is none. */
const NUMBER = '-?\\d+(\\.\\d+)?';
/** What begins with a digit, or from A up to where the full-width characters begin, is neither: nearly all text, told without a regular expression. */
const harmless = (column: string): string =>
  `(${column} >= '0' AND ${column} < ':') OR (${column} >= 'A' AND ${column} < chr(${0xff00}))`;

const format: ExportFormat = {
  name: 'csv',
  title: 'a CSV file per table; text that a spreadsheet would run as a formula gets an apostrophe in front',
  shape: 'folder',
  async write({ store, path, progress }) {
    const all = caseTables();
    let rows = 0;
    for (const [i, table] of all.entries()) {
      progress(table.name, i, all.length);
      await store.db.run(
        // Rows are sorted as they are stored: as text they are several times as long, and most of the work.
        `COPY (SELECT ${table.columns.map(cell).join(', ')} FROM (SELECT * FROM main.${table.name} ORDER BY ${table.order}))
           TO ${lit(join(path, `${table.name}.csv`))} (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '')`,
      );
      rows += await rowsOf(store.db, table.name);
    }
    return { files: all.length, rows, leftOut: [] };
  },
};

export const formats = [format];

/** SQL of a cell: times as ISO 8601 in UTC, lists as JSON, text guarded. */
function cell({ name, type }: { readonly name: string; readonly type: string }): string {
  const column = ident(name);
  if (type === 'TIMESTAMP') return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${column}`;
  if (type === 'BLOB') return `lower(hex(${column})) AS ${column}`;
  if (type.endsWith('[]')) return `to_json(${column})::VARCHAR AS ${column}`;
  if (type !== 'VARCHAR' && type !== 'JSON') return column;
  return `CASE WHEN ${harmless(`${column}::VARCHAR`)} THEN ${column}::VARCHAR
    WHEN regexp_matches(${column}::VARCHAR, ${lit(FORMULA)}) AND NOT regexp_full_match(${column}::VARCHAR, ${lit(NUMBER)})
    THEN '''' || ${column}::VARCHAR ELSE ${column}::VARCHAR END AS ${column}`;
}
