import type { Log, LogField } from './plan.js';

const TAB = '\t';

/** The `#` lines of a log; without times of writing, which would differ on each run. */
export function headerLines(log: Log): string {
  const fields = log.fields.map((f) => f.name);
  return [
    '#separator \\x09',
    `#set_separator${TAB},`,
    `#empty_field${TAB}(empty)`,
    `#unset_field${TAB}-`,
    `#path${TAB}${log.path}`,
    `#fields${TAB}${fields.join(TAB)}`,
    `#types${TAB}${log.fields.map(zeekType).join(TAB)}`,
    '',
  ].join('\n');
}

/** Zeek's name of a field's type. */
function zeekType({ name, type }: LogField): string {
  if (/^id\.(orig|resp)_p$|^host_p$/.test(name)) return 'port';
  if (/^id\.(orig|resp)_h$|^host$/.test(name)) return 'addr';
  if (name === 'proto') return 'enum';
  switch (type) {
    case 'TIMESTAMP':
      return 'time';
    case 'DOUBLE':
      return 'interval';
    case 'BIGINT':
    case 'INTEGER':
      return 'count';
    case 'BOOLEAN':
      return 'bool';
    case 'VARCHAR[]':
      return 'vector[string]';
    case 'DOUBLE[]':
      return 'vector[interval]';
    default:
      return 'string';
  }
}

/** A line of the log as one text column: cells as Zeek writes them, joined by TAB. */
export function lineSql(log: Log): string {
  const cells = log.fields.map((f, i) => {
    const cell = `coalesce(${cellSql(f)}, '-')`;
    // A line that begins with # would be a comment.
    return i === 0 ? `regexp_replace(${cell}, '^#', '\\x23')` : cell;
  });
  return `concat_ws(chr(9), ${cells.join(', ')})`;
}

/** NULL: unset. */
function cellSql({ sql, type }: LogField): string {
  switch (type) {
    case 'TIMESTAMP':
      return secondsSql(sql);
    case 'DOUBLE':
      return `printf('%.6f', ${sql})`;
    case 'BOOLEAN':
      return `CASE ${sql} WHEN true THEN 'T' WHEN false THEN 'F' END`;
    case 'BIGINT':
    case 'INTEGER':
      return `${sql}::VARCHAR`;
    case 'DOUBLE[]':
      return `CASE WHEN len(${sql}) = 0 THEN '(empty)' ELSE array_to_string(list_transform(${sql}, lambda x: coalesce(printf('%.6f', x), '-')), ',') END`;
    case 'VARCHAR[]':
      return `CASE WHEN len(${sql}) = 0 THEN '(empty)' ELSE array_to_string(list_transform(${sql}, lambda x:
        replace(${escaped(`coalesce(x, '-')`)}, ',', '\\x2c')), ',') END`;
    case 'JSON':
      return memberSql(sql);
    default:
      return textCell(sql);
  }
}

/** A member of a JSON object: text as it is (it was kept as the log had it), booleans and lists as Zeek writes them. */
const memberSql = (sql: string): string =>
  `CASE json_type(${sql})
    WHEN 'NULL' THEN NULL
    WHEN 'BOOLEAN' THEN CASE ${sql}::VARCHAR WHEN 'true' THEN 'T' ELSE 'F' END
    WHEN 'ARRAY' THEN CASE WHEN json_array_length(${sql}) = 0 THEN '(empty)'
      ELSE array_to_string(list_transform((${sql})::JSON[], lambda x: replace(${escaped(`coalesce(x ->> '$', '-')`)}, ',', '\\x2c')), ',') END
    ELSE ${escaped(`(${sql} ->> '$')`)} END`;

/** Text: `(empty)` for none, and nothing that would read as unset or empty. */
const textCell = (sql: string): string =>
  `CASE ${sql} WHEN '' THEN '(empty)' WHEN '-' THEN '\\x2d' WHEN '(empty)' THEN '\\x28empty)' ELSE ${escaped(sql)} END`;

/** What would end a cell or a line, as Zeek escapes it. */
const escaped = (sql: string): string =>
  `replace(replace(replace(replace(${sql}, chr(9), '\\x09'), chr(10), '\\x0a'), chr(13), '\\x0d'), chr(0), '\\x00')`;

/** Seconds since the epoch with six decimals, exactly. */
export const secondsSql = (sql: string): string =>
  `CASE WHEN epoch_us(${sql}) < 0 THEN '-' ELSE '' END || (abs(epoch_us(${sql})) // 1000000) || '.' || lpad((abs(epoch_us(${sql})) % 1000000)::VARCHAR, 6, '0')`;
