import { lit } from '../../../ingest/case/sql.js';
import type { Log, LogField } from './plan.js';
import { secondsSql } from './tsv.js';

/**
 * A record of the log as one line of JSON. Unset fields are left out, but for the first record, which names them all:
 * who reads the log learns its columns there.
 */
export function objectSql(log: Log, first: string): string {
  if (log.whole !== undefined) return log.whole;
  const members = log.fields.map((f) => {
    const key = `${JSON.stringify(f.name)}:`;
    return `coalesce(${lit(key)} || ${valueSql(f)}, CASE WHEN ${first} THEN ${lit(`${key}null`)} END)`;
  });
  return `'{"_path":${JSON.stringify(log.path)}' || coalesce(',' || nullif(concat_ws(',', ${members.join(', ')}), ''), '') || '}'`;
}

/** JSON text of a value; NULL: unset. */
function valueSql({ sql, type }: LogField): string {
  if (type === 'TIMESTAMP') return secondsSql(sql);
  if (type === 'JSON') return `nullif(${sql}::VARCHAR, 'null')`;
  return `CASE WHEN ${sql} IS NOT NULL THEN to_json(${sql})::VARCHAR END`;
}
