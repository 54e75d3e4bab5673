import type { Database } from '../../ingest/case/database.js';
import { columnsOf, recordTables } from '../../ingest/case/schema.js';
import { ident, lit } from '../../ingest/case/sql.js';

/** Columns that say where a row came from, not what it says. */
const PLACE = new Set(['flow_id', 'capture_id', 'source_id', 'row']);

/** Members of a JSON object in order of their names, without those that are null: objects say the same in any order. */
const members = (json: string): string =>
  `list_sort(list_filter(list_transform(json_keys(${json}), lambda k:
     k || '=' || (json_extract(${json}, '/' || replace(replace(k, '~', '~0'), '/', '~1')))::VARCHAR),
     lambda m: NOT ends_with(m, '=null')))::VARCHAR`;

/**
 * Tables of a case that differ from those of another case file, compared row by row without their place: what a test of
 * export and reading back wants to be empty. `ignore`: columns that a log cannot hold, as `flows.ended`.
 * @returns table -> number of rows only here, only there
 */
export async function differingTables(
  db: Database,
  other: string,
  ignore: readonly string[] = [],
): Promise<Record<string, readonly [number, number]>> {
  const out: Record<string, readonly [number, number]> = {};
  await db.run(`ATTACH ${lit(other)} AS other_case (READ_ONLY)`);
  try {
    for (const table of recordTables) {
      const columns = columnsOf(table)
        .filter((c) => !PLACE.has(c.name) && !ignore.includes(`${table}.${c.name}`))
        .map((c) => `${c.type === 'JSON' ? members(ident(c.name)) : `${ident(c.name)}::VARCHAR`} AS ${ident(c.name)}`)
        .join(', ');
      const rows = (schema: string): string => `SELECT ${columns} FROM ${schema}.${table}`;
      const only = (a: string, b: string): Promise<number> =>
        db.number(`SELECT count(*) FROM (${rows(a)} EXCEPT ALL ${rows(b)})`);
      const here = await only('main', 'other_case.main');
      const there = await only('other_case.main', 'main');
      if (here + there > 0) out[table] = [here, there];
    }
  } finally {
    await db.run('DETACH other_case');
  }
  return out;
}
