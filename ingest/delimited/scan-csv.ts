import { ident, lit } from '../case/sql.js';

/** A delimited text file as DuckDB is told to read it: every cell as text, nothing sniffed. */
export interface CsvFile {
  readonly path: string;
  readonly delimiter: string;
  /** Lines before the first data line. */
  readonly skip: number;
  /** Names of the cells, in order; unique. Missing trailing cells are NULL, more cells are a reject. */
  readonly columns: readonly string[];
  /** Longest line in bytes. */
  readonly maxLine: number;
  /** Prefix of the temporary tables that take refused lines: `<prefix>_rejects`, `<prefix>_scans`. */
  readonly prefix: string;
}

/** The `read_csv` call for a file; no other name than `prefix`'s is created by it. */
export function scanCsv(file: CsvFile): string {
  const columns = file.columns.map((c) => `${lit(c)}: 'VARCHAR'`).join(', ');
  // DuckDB's default limit is 2,000,000 bytes a line; its buffers grow with the limit.
  const long = file.maxLine > 1_900_000 ? ', max_line_size = 16777216, buffer_size = 67108864' : '';
  return `read_csv(${lit(file.path)}, header = false, skip = ${file.skip}, delim = ${lit(file.delimiter)}, quote = '', escape = '',
    auto_detect = false, new_line = '\\n', null_padding = true, columns = {${columns}},
    store_rejects = true, rejects_table = ${lit(`${file.prefix}_rejects`)}, rejects_scan = ${lit(`${file.prefix}_scans`)},
    rejects_limit = 0${long})`;
}

/** SQL of a cell: trimmed text, NULL when empty or when the file has no such column. */
export function cell(columns: readonly string[], name: string | undefined): string {
  return name !== undefined && columns.includes(name) ? `nullif(trim(${ident(name)}), '')` : 'NULL::VARCHAR';
}

/** SQL of a cell as it stands, for numbers: a cast does not mind blanks around them. */
export function numberCell(columns: readonly string[], name: string | undefined): string {
  return name !== undefined && columns.includes(name) ? ident(name) : 'NULL::VARCHAR';
}

/**
 * SQL of the JSON members `"name":value` for some columns, NULL when all are empty; whole numbers stay numbers.
 * Values that match `none` count as empty.
 */
export function jsonMembers(columns: readonly string[], none?: string): string {
  if (columns.length === 0) return 'NULL::VARCHAR';
  const member = (name: string): string => {
    const value = `nullif(trim(${ident(name)}), '')`;
    const said = none === undefined ? `${value} IS NOT NULL` : `NOT regexp_full_match(${value}, ${lit(none)})`;
    return `CASE WHEN ${said} THEN ${lit(`${JSON.stringify(name)}:`)} || json_value_text(${value}) END`;
  };
  return `nullif(concat_ws(',', ${columns.map(member).join(', ')}), '')`;
}
