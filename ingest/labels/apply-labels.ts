import { existsSync } from 'node:fs';
import { CliError, inputError, usageError } from '../../cli/errors.js';
import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';

/** Where labels come from: one of `file`, `hosts`, `where` (with `as`). */
export interface LabelSource {
  readonly file?: string;
  readonly hosts?: string;
  readonly where?: string;
  readonly as?: string;
  readonly keep?: boolean;
  /** A condition on `flows`: label none but these. */
  readonly only?: string;
}

/**
 * Gives flows labels by a CSV of uid,label[,detailed_label], a CSV of host,label, or an SQL condition on `flows`.
 * @returns number of flows labelled
 * @throws CliError for a file or condition that does not work
 */
export async function applyLabels(db: Database, flags: LabelSource): Promise<number> {
  const only = flags.only ?? 'true';
  const clean = (c: string): string => `nullif(trim(${c}), '')`;
  let select: string;
  if (flags.file) {
    const columns = await csvColumns(db, flags.file, ['uid', 'label']);
    const detail = columns.includes('detailed_label') ? clean('detailed_label') : 'NULL::VARCHAR';
    select = `SELECT f.source_id, f.uid, ${clean('c.label')} AS label, ${detail} AS detail, 'file' AS origin
              FROM ${csv(flags.file)} c JOIN (FROM flows WHERE ${only}) f ON f.uid = c.uid`;
  } else if (flags.hosts) {
    await csvColumns(db, flags.hosts, ['host', 'label']);
    select = `SELECT f.source_id, f.uid, ${clean('c.label')} AS label, NULL::VARCHAR AS detail, 'hosts' AS origin
              FROM ${csv(flags.hosts)} c JOIN (FROM flows WHERE ${only}) f ON canonical_ip(trim(c.host)) IN (f.orig_h, f.resp_h)`;
  } else {
    select = `SELECT source_id, uid, ${lit(flags.as!)} AS label, NULL::VARCHAR AS detail, 'condition' AS origin
              FROM flows WHERE (${only}) AND (${flags.where})`;
  }
  try {
    return await db.transaction(async () => {
      // Malicious wins where a flow gets two labels, as between an infected and a benign host.
      await db.run(
        `CREATE OR REPLACE TEMP TABLE new_labels AS
           SELECT source_id, uid, label, detail, label_class(label) AS class, origin FROM (
             SELECT *, row_number() OVER (PARTITION BY source_id, uid
               ORDER BY coalesce(label_class(label) = 'malicious', false) DESC, label, detail) AS k
             FROM (${select}) WHERE label IS NOT NULL)
           WHERE k = 1`,
      );
      const had = '(SELECT 1 FROM labels l WHERE l.source_id = n.source_id AND l.uid = n.uid)';
      if (flags.keep) await db.run(`DELETE FROM new_labels n WHERE EXISTS ${had}`);
      else {
        await db.run(
          'DELETE FROM labels WHERE EXISTS (SELECT 1 FROM new_labels n WHERE n.source_id = labels.source_id AND n.uid = labels.uid)',
        );
      }
      await db.run('INSERT INTO labels SELECT * FROM new_labels ORDER BY source_id, uid');
      return db.number('SELECT count(*) FROM new_labels');
    });
  } catch (error) {
    if (error instanceof CliError) throw error;
    const text = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw usageError(flags.where ? `--where: ${text}` : `${flags.file ?? flags.hosts}: ${text}`);
  }
}

const csv = (path: string): string => `read_csv(${lit(path)}, header = true, all_varchar = true)`;

async function csvColumns(db: Database, path: string, needed: readonly string[]): Promise<string[]> {
  if (!existsSync(path)) throw inputError(`${path}: no such file`);
  const columns = await db
    .all<{ column_name: string }>(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${csv(path)})`)
    .catch((error: Error) => {
      throw inputError(`${path}: not a CSV file with a header (${error.message.split('\n')[0]})`);
    });
  const names = columns.map((c) => c.column_name.trim().toLowerCase());
  const missing = needed.filter((n) => !names.includes(n));
  if (missing.length > 0) throw inputError(`${path}: no column ${missing.join(', ')} (it has ${names.join(', ')})`);
  return names;
}
