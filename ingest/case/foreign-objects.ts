import { inputError } from '../../cli/errors.js';
import type { Database } from './database.js';
import { storedViews, tables } from './schema.js';

/** Names of the views that a case may hold, as `schema.view`. */
const ownViews = new Set(
  storedViews.flatMap((v) =>
    [...v.sql.matchAll(/CREATE OR REPLACE VIEW (?:(\w+)\.)?(\w+)/g)].map((m) => `${m[1] ?? 'main'}.${m[2]}`),
  ),
);

const HERE = 'database_name = current_database()';
const READS_FILES = /\b(read_\w+|glob|getenv|\w+_scan)\s*\(|\bFROM\s+'/i;

/**
 * A case file is untrusted: refuses one whose objects could change what our SQL means. Other tables and views may
 * be there, we never name them.
 * A view named `flows` could read local files, a macro named `lower` could change what our SQL means.
 * @throws CliError naming the object
 */
export async function refuseForeignObjects(db: Database, path: string): Promise<void> {
  const refuse = (what: string): never => {
    throw inputError(`${path}: not a case made by slipstream (${what}); refusing to open it`);
  };
  const views = await db.all<{ name: string; sql: string }>(
    `SELECT schema_name || '.' || view_name AS name, sql FROM duckdb_views() WHERE ${HERE} AND NOT internal ORDER BY name`,
  );
  const known = new Set(tables.map((t) => `main.${t.name}`));
  for (const view of views) {
    if (known.has(view.name)) refuse(`${view.name} is a view, not a table`);
    if (ownViews.has(view.name) && READS_FILES.test(view.sql)) refuse(`view ${view.name} reads files`);
  }
  const found = new Set(
    (
      await db.all<{ name: string }>(
        `SELECT table_name AS name FROM duckdb_tables() WHERE ${HERE} AND schema_name = 'main' ORDER BY name`,
      )
    ).map((t) => t.name),
  );
  for (const table of ['captures', 'sources', 'flows', 'provenance']) {
    if (!found.has(table)) refuse(`it has no table ${table}`);
  }
  const macros = await db.all<{ name: string }>(
    `SELECT function_name AS name FROM duckdb_functions() WHERE ${HERE} AND NOT internal ORDER BY name`,
  );
  if (macros[0]) refuse(`unexpected macro ${JSON.stringify(macros[0].name)}`);
  const generated = await db.number(
    `SELECT count(*) FROM duckdb_columns() WHERE ${HERE} AND NOT internal AND schema_name = 'main' AND column_default LIKE '%(%'
       AND column_default NOT LIKE 'CAST(%'`,
  );
  if (generated > 0) refuse('columns with computed defaults');
}

/**
 * True when a database has no table, view or macro of anybody's. Macros stand among thousands of built-in functions: they are
 * not looked for in a file that this process has just made (`made`), where there can be none.
 */
export async function holdsNothing(db: Database, made = false): Promise<boolean> {
  const counts = ['tables', 'views', ...(made ? [] : ['functions'])].map(
    (kind) => `(SELECT count(*) FROM duckdb_${kind}() WHERE ${HERE} AND NOT internal)`,
  );
  return (await db.number(`SELECT ${counts.join(' + ')}`)) === 0;
}
